import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { ECSClient } from '@aws-sdk/client-ecs';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { messageOf } from '../../../base/errors.js';
import { EventError, isFromLoadBalancer, readScheduled, servicesOf, tokenOf } from './event.js';
import type { Log } from '../shared/log.js';
import { metricEmitter } from '../shared/metrics.js';
import { tokenCheck } from './token.js';
import { sleep, wake, type SleepReport, type WakeMetric, type WakeReport } from './wake.js';

/** Longest wait for CloudWatch, in milliseconds. */
const patienceMs = 3000;

/** What the function works with. */
export interface Surroundings {
  readonly ecs: ECSClient;
  readonly cloudwatch: CloudWatchClient;
  readonly secretsManager: SecretsManagerClient;
  readonly cluster: string;
  /** `shop-dev` */
  readonly stack: string;
  readonly tokenSecretArn: string;
  /** Milliseconds. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
  readonly log: Log;
}

/** As a load balancer wants it: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html (read 2026-11-25) */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly statusDescription: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON: a `WakeReport`, or `{ error }`. */
  readonly body: string;
  readonly isBase64Encoded: false;
}

type Answer = HttpAnswer | WakeReport | SleepReport;

/**
 * Answers both callers: the load balancer, whose request must hold the token, always in HTTP; EventBridge Scheduler, whom IAM
 * lets in, with what was done. To the latter it throws, so that Lambda tries again, when a service failed; and to anyone else.
 */
export function answerer(surroundings: Surroundings): (event: unknown) => Promise<Answer> {
  const { ecs, cluster, secretsManager, tokenSecretArn, log } = surroundings;
  const emit = metricEmitter<WakeMetric>(surroundings.cloudwatch, surroundings.stack, log, patienceMs);
  const isToken = tokenCheck(async () => {
    const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId: tokenSecretArn }));
    return SecretString ?? '';
  }, surroundings.now);

  async function run(action: 'wake' | 'sleep', only: readonly string[] | undefined) {
    const report =
      action === 'wake' ? await wake({ ecs, cluster }, emit, surroundings, only) : await sleep({ ecs, cluster }, only);
    log({ event: action, ...(only && { only }), ...report });
    return report;
  }

  async function answerRequest(request: unknown): Promise<HttpAnswer> {
    const token = tokenOf(request);
    if (token === undefined || !(await isToken(token))) {
      const error = token === undefined ? 'The header x-wake-token is missing.' : 'The token is wrong.';
      log({ event: 'refused', reason: error });
      return httpAnswer(403, { error });
    }
    const report = await run('wake', servicesOf(request));
    return httpAnswer(report.failed.length === 0 ? 200 : 500, report);
  }

  async function answerFailure(error: unknown): Promise<HttpAnswer> {
    log({ event: 'failed', reason: messageOf(error) });
    if (error instanceof EventError) return httpAnswer(400, { error: error.message });
    await emit('WakeUpFailures', 1);
    return httpAnswer(500, { error: 'The token could not be compared; see the log.' });
  }

  return async (event) => {
    if (isFromLoadBalancer(event)) return answerRequest(event).catch(answerFailure);
    const { action, services } = readScheduled(event);
    const report = await run(action, services);
    if (report.failed.length === 0) return report;
    const reasons = report.failed.map(({ service, reason }) => `${service} (${reason})`);
    throw new Error(`The action ${action} failed for ${reasons.join(', ')}; it is done for all others.`);
  };
}

const phrases = { 200: 'OK', 400: 'Bad Request', 403: 'Forbidden', 500: 'Internal Server Error' } as const;

const httpAnswer = (status: keyof typeof phrases, body: object): HttpAnswer => ({
  statusCode: status,
  statusDescription: `${String(status)} ${phrases[status]}`,
  headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  body: JSON.stringify(body),
  isBase64Encoded: false,
});
