import { z } from 'zod';

/** What a command that fails prints with `--json`, whatever the command. */
export const errorsDocument = z.strictObject({
  errors: z
    .array(
      z.strictObject({
        code: z.string().describe('Permanent name, such as `CONFIG_UNKNOWN_KEY`.'),
        message: z.string().describe('What happened.'),
        fix: z.string().describe('What to do next.'),
        path: z.string().nullable().describe('Where: a path in the config, a file, or a Terraform address.'),
      }),
    )
    .min(1),
});
