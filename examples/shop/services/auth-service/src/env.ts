import { z } from 'zod';

export const tokenEnv = z.object({
  TOKEN_ISSUER: z.url(),
  TOKEN_TTL_SECONDS: z.coerce.number().int().min(1).default(3_600),
});
