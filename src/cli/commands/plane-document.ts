import { z } from 'zod';
import type { PlaneDescription } from '../../local/describe.js';

const byName = z.record(z.string(), z.string());

/** Every place where the local plane answers. */
export const planeDescription = z.strictObject({
  environment: z.string(),
  endpoints: byName,
  alb: z.strictObject({
    http: z.string(),
    https: z.string(),
    internalHttps: z.string(),
    internalHttp: z.string(),
  }),
  appRunner: byName,
  buckets: byName,
  postgres: z
    .strictObject({
      host: z.string(),
      port: z.int(),
      databases: z.array(z.strictObject({ name: z.string(), user: z.string() })),
    })
    .nullable(),
  redis: z.strictObject({ host: z.string(), port: z.int(), tls: z.boolean() }).nullable(),
  aws: z.strictObject({ endpoint: z.string(), credentialsFile: z.string() }),
  caCertificate: z.string(),
  trace: z.string(),
}) satisfies z.ZodType<PlaneDescription>;
