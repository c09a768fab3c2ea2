import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { ECSClient } from '@aws-sdk/client-ecs';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { messageOf } from '../../../base/errors.js';
import { waitUntilHealthy, wakeService } from './awake.js';
import { call } from './call.js';
import type { Clock } from './clock.js';
import { readEvent, type JobEvent } from './event.js';
import { startHeartbeat } from './heartbeat.js';
import type { Log } from '../shared/log.js';

/** What the function works with. */
export interface Surroundings {
  readonly ecs: ECSClient;
  readonly cloudwatch: CloudWatchClient;
  readonly secretsManager: SecretsManagerClient;
  readonly cluster: string;
  /** `shop-dev` */
  readonly stack: string;
  readonly tokenSecretArn: string;
  readonly originVerifySecretArn: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** As much of Lambda's context as is needed. */
export interface Context {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** A waking service gets five minutes to become healthy. */
const wakingMs = 5 * 60_000;
/** Kept of the function's time for saying how it ended. */
const marginMs = 3000;
/** Characters of an answer that an error repeats. */
const excerptLength = 200;

/**
 * Makes one scheduled call, after waking its service and waiting until that is healthy; emits `RunningJobs` meanwhile.
 * @returns the job and the answer's status, 200 to 299
 * @throws Error with the job and what went wrong, and no secret, so that Lambda tries again and then keeps the event
 */
export async function invoke(event: unknown, context: Context, surroundings: Surroundings) {
  const job = readEvent(event);
  const { cloudwatch, stack, clock, log } = surroundings;
  const started = clock.now();
  const stop = startHeartbeat(cloudwatch, stack, clock, log);
  const secrets: string[] = [];
  try {
    const status = await run(job, context, surroundings, secrets);
    log({ event: 'done', job: job.job, status, ms: clock.now() - started });
    return { job: job.job, status };
  } catch (error) {
    const why = without(secrets, messageOf(error));
    log({ event: 'failed', job: job.job, reason: why, ms: clock.now() - started });
    // Its cause is left out: Lambda logs all of an error, and that one may repeat a secret.
    throw new Error(`The job ${job.job} failed. ${why}`);
  } finally {
    await stop();
  }
}

/** @param secrets gets each secret that was read */
async function run(job: JobEvent, context: Context, surroundings: Surroundings, secrets: string[]): Promise<number> {
  const { ecs, cluster, clock, log, tokenSecretArn, originVerifySecretArn } = surroundings;
  const read = async (arn: string | undefined) => {
    const value = await readSecret(surroundings.secretsManager, arn);
    secrets.push(value);
    return value;
  };
  const token = await read(tokenSecretArn);
  const origin = job.originVerify ? { 'X-Origin-Verify': await read(originVerifySecretArn) } : {};
  const timeLeft = () => Math.max(1, context.getRemainingTimeInMillis() - marginMs);

  if (job.service !== undefined && (await wakeService(ecs, cluster, job.service))) {
    log({ event: 'woken', job: job.job, service: job.service });
  }
  if (job.healthUrl !== undefined) {
    await waitUntilHealthy(job.healthUrl, origin, clock.now() + Math.min(wakingMs, timeLeft()), clock);
  }
  const hasBody = job.method === 'POST' || job.method === 'PUT' || job.method === 'PATCH';
  const { status, start } = await call({
    method: job.method,
    url: job.url,
    headers: {
      ...origin,
      ...(hasBody && { 'Content-Type': 'application/json' }),
      Authorization: `Bearer ${token}`,
      'X-Landfall-Job': job.job,
      // Lambda tries a failed event two times more, as the same request (the latter not re-read):
      // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html (read 2026-11-25)
      'Idempotency-Key': context.awsRequestId,
    },
    body: hasBody ? '{}' : undefined,
    timeoutMs: timeLeft(),
  });
  if (status >= 200 && status < 300) return status;
  const excerpt = without(secrets, start).slice(0, excerptLength);
  throw new Error(`The answer was ${String(status)}: ${excerpt}`);
}

async function readSecret(secretsManager: SecretsManagerClient, arn: string | undefined): Promise<string> {
  if (arn === undefined) throw new Error("The function's variable ORIGIN_VERIFY_SECRET_ARN is not set.");
  const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId: arn }));
  if (SecretString === undefined || SecretString === '') throw new Error(`The secret ${arn} is empty.`);
  return SecretString;
}

const without = (secrets: readonly string[], text: string): string =>
  secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
