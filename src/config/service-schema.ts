import { z } from 'zod';
import { runtimeKeys } from '../layers/app-runner/config.js';
import { callsKeys } from '../layers/cloudmap/config.js';
import { subdomainKeys } from '../layers/dns/config.js';
import { healthCheckKeys, optionalPortKeys, portKeys, taskKeys } from '../layers/ecs/config.js';
import { redisKeys } from '../layers/elasticache/config.js';
import { routeKeys } from '../layers/gateway/config.js';
import { jobKeys } from '../layers/jobs/config.js';
import { databaseKeys } from '../layers/rds/config.js';
import { siteKeys } from '../layers/s3/config.js';
import { secretKeys } from '../layers/secrets/config.js';

/** Environment variables; any text but a NUL, which no process can be given. */
export const variables = z.record(
  z.string(),
  z.string().refine((value) => !value.includes('\0'), 'text without a NUL character'),
);

const commonKeys = {
  path: z.string().min(1).describe('Its folder, relative to the config file.'),
  env: variables.optional().describe('Environment variables (of a front end: at build too). Not for secrets.'),
  build: z
    .string()
    .min(1)
    .optional()
    .describe('Command line that builds it. Default: `npm run build`, when it has that script.'),
};

const containerKeys = {
  ...commonKeys,
  ...taskKeys,
  ...databaseKeys,
  ...redisKeys,
  ...callsKeys,
  ...secretKeys,
  ...jobKeys,
};

/** A NestJS service behind the gateway. */
const nestSchema = z
  .strictObject({
    type: z.literal('nestjs').describe('A NestJS (or any HTTP) service behind the gateway.'),
    ...containerKeys,
    ...portKeys,
    ...routeKeys,
    ...healthCheckKeys,
  })
  .describe('A NestJS (or any HTTP) service behind the gateway.');

/** A Next.js front end, rendered on a server. */
const nextSchema = z
  .strictObject({
    type: z.literal('nextjs').describe('A Next.js front end, rendered on a server.'),
    ...containerKeys,
    ...optionalPortKeys,
    ...subdomainKeys,
    ...runtimeKeys,
    ...healthCheckKeys,
  })
  .describe('A Next.js front end, rendered on a server.');

/** A task without route or load balancer. */
const workerSchema = z
  .strictObject({
    type: z.literal('worker').describe('A task without route or load balancer, such as a queue consumer.'),
    ...containerKeys,
    ...optionalPortKeys,
  })
  .describe('A task without route or load balancer, such as a queue consumer.');

/** A single-page application: files in a bucket. */
const spaSchema = z
  .strictObject({
    type: z.literal('spa').describe('A single-page application: files in a bucket.'),
    ...commonKeys,
    ...subdomainKeys,
    ...siteKeys,
  })
  .describe('A single-page application: files in a bucket.');

export const serviceSchema = z.discriminatedUnion('type', [nestSchema, nextSchema, spaSchema, workerSchema]);
