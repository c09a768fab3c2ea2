import { z } from 'zod';
import { fitsBcrypt } from './passwords.js';

const email = z.string().trim().toLowerCase().max(254).pipe(z.email());

export const registration = z.object({
  email,
  password: z.string().min(8).refine(fitsBcrypt, 'A password has at most 72 bytes.'),
});

export const login = z.object({ email, password: z.string().min(1).max(1_000) });

export type Registration = z.output<typeof registration>;
export type Login = z.output<typeof login>;
