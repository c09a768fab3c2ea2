import { z } from 'zod';

export const jobDefaults = { method: 'POST', timezone: 'UTC' } as const;

const job = z.strictObject({
  schedule: z.string().describe('`cron(0 3 * * ? *)` (six fields), `rate(5 minutes)` or `at(2027-01-01T00:00:00)`.'),
  path: z
    .string()
    .max(1024)
    .regex(/^\/[!-~]*$/, 'a path such as `/tasks/cleanup`, starting with `/`, without spaces')
    .describe('Path that is called.'),
  method: z
    .enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
    .optional()
    .meta({ description: 'Method of the call.', default: jobDefaults.method }),
  timezone: z
    .string()
    .optional()
    .meta({ description: 'Time zone of the schedule, such as `Europe/Berlin`.', default: jobDefaults.timezone }),
});

/** The scheduled calls of a service that runs as tasks. */
export const jobKeys = {
  jobs: z.record(z.string(), job).optional().describe('Scheduled calls of this service, by name.'),
};
