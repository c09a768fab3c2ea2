import { z } from 'zod';
import { domainKeys } from '../layers/dns/config.js';
import { execKeys, taskOptions } from '../layers/ecs/config.js';
import { redisOptions } from '../layers/elasticache/config.js';
import { gatewayOptions } from '../layers/gateway/config.js';
import { sleepOptions, wakeOptions } from '../layers/lambda/config.js';
import { natDefault, natOptions } from '../layers/network/config.js';
import { observabilityKeys } from '../layers/observability/config.js';
import { postgresOptions } from '../layers/rds/config.js';
import { wafOptions } from '../layers/waf/config.js';
import { variables } from './service-schema.js';

/** The escape hatch; a method's type, so that a parameter may be annotated with what it reads of the stack. */
export type Override = { override(stack: unknown): void }['override'];

const override = z.custom<Override>(
  (value) => typeof value === 'function',
  'a function of the stack (TypeScript and JavaScript configs only)',
);

/** What one environment says of one service. */
const serviceOverrideSchema = z.strictObject({
  ...taskOptions,
  env: variables.optional().describe('Environment variables of this environment; they win over the service’s own.'),
});

/** One environment. */
export const environmentSchema = z
  .strictObject({
    ...domainKeys,
    account: z
      .string()
      .regex(/^\d{12}$/, 'an AWS account’s twelve digits in quotes, such as `111122223333`')
      .optional()
      .describe('The AWS account that the environment belongs to: commands on AWS refuse any other. Default: any.'),
    production: z
      .boolean()
      .optional()
      .describe('Multi-AZ, deletion protection, recovery windows. Default: the name is `prod` or `production`.'),
    defaults: z.strictObject(taskOptions).optional().describe('Size and count of tasks of every service.'),
    services: z.record(z.string(), serviceOverrideSchema).optional().describe('What differs for one service, by name.'),
    gateway: gatewayOptions.optional().describe('The API gateway.'),
    postgres: postgresOptions.optional().describe('The PostgreSQL 16 server.'),
    redis: redisOptions.optional().describe('The Redis 7 server.'),
    nat: natOptions.optional().meta({ description: 'How private subnets reach the internet.', default: natDefault }),
    waf: wafOptions.optional().describe('The web application firewall.'),
    wake: wakeOptions.optional().describe('How sleeping services wake.'),
    sleep: sleepOptions.optional().describe('When services with `minInstances: 0` sleep.'),
    ...observabilityKeys,
    ...execKeys,
    override: override.optional().describe('The escape hatch: edits typed resources before they are written.'),
  })
  .describe('One environment.');
