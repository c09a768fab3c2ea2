import { z } from 'zod';

/** The specification's value. */
export const runtimeDefault = 'app-runner';

/** App Runner's key of a `nextjs` service. */
export const runtimeKeys = {
  runtime: z
    .enum(['app-runner', 'fargate'])
    .optional()
    .meta({ description: 'Where it runs. App Runner takes no new customers.', default: runtimeDefault }),
};
