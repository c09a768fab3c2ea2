import { z } from 'zod';

/** Cloud Map's key of a service that runs as tasks. */
export const callsKeys = {
  calls: z
    .array(z.string())
    .optional()
    .describe('Services that it calls directly. It gets `<NAME>_URL` for each, such as `AUTH_SERVICE_URL`.'),
};
