import { z } from 'zod';

/** The key of a service that runs as tasks. */
export const secretKeys = {
  secrets: z
    .array(
      z
        .string()
        .max(128)
        .regex(
          /^(shared\/)?[A-Za-z_][A-Za-z0-9_]*$/,
          'an environment variable name: letters, digits and underscores, no digit first; or shared/ and such a name',
        ),
    )
    .optional()
    .describe(
      'Secrets that it needs, by name; `shared/NAME` is one value for all services that name it so. Set them with `landfall secrets:set`.',
    ),
};
