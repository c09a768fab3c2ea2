/** The wake-up function: raises services that stand at 0 when the gateway asks, and wakes or puts to sleep by schedule. */
import { setTimeout } from 'node:timers/promises';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { answerer } from './answer.js';
import { logLine } from '../shared/log.js';

/** ECS throttles by account: a try more costs less than a service that stays asleep. */
const settings = {
  maxAttempts: 6,
  requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};
const clients = {
  ecs: new ECSClient(settings),
  cloudwatch: new CloudWatchClient(settings),
  secretsManager: new SecretsManagerClient(settings),
};

let answer: ReturnType<typeof answerer> | undefined;

/** @see answerer */
export async function handler(event: unknown): Promise<unknown> {
  answer ??= answerer({
    ...clients,
    cluster: variable('CLUSTER'),
    stack: variable('STACK'),
    tokenSecretArn: variable('TOKEN_SECRET_ARN'),
    now: Date.now,
    pause: (ms) => setTimeout(ms),
    log: logLine,
  });
  return answer(event);
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`The function's variable ${name} is not set.`);
  return value;
}
