/** The job-invoker function: makes the scheduled calls of services, which it wakes first. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { wallClock } from './clock.js';
import { invoke, type Context } from './invoke.js';
import { logLine } from '../shared/log.js';

const settings = {
  maxAttempts: 6,
  requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};
const clients = {
  ecs: new ECSClient(settings),
  cloudwatch: new CloudWatchClient(settings),
  secretsManager: new SecretsManagerClient(settings),
};

/** @see invoke */
export function handler(event: unknown, context: Context): Promise<{ readonly job: string; readonly status: number }> {
  return invoke(event, context, {
    ...clients,
    cluster: variable('CLUSTER'),
    stack: variable('STACK'),
    tokenSecretArn: variable('TOKEN_SECRET_ARN'),
    originVerifySecretArn: process.env['ORIGIN_VERIFY_SECRET_ARN'],
    clock: wallClock,
    log: logLine,
  });
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`The function's variable ${name} is not set.`);
  return value;
}
