import { z } from 'zod';

/** The key of a service that runs as tasks. */
export const secretKeys = {
  secrets: z
    .array(
      z
        .string()
        .max(128)
        .regex(
          /^[A-Za-z_][A-Za-z0-9_]*$/,
          'an environment variable name: letters, digits and underscores, no digit first',
        ),
    )
    .optional()
    .describe('Secrets that it needs, by name; set them with `landfall secrets:set`.'),
};
