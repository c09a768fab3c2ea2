import {
  AppRunnerClient,
  DescribeServiceCommand,
  ListOperationsCommand,
  type OperationSummary,
} from '@aws-sdk/client-apprunner';
import { LandfallErrors, type Problem } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import type { Waiting } from '../../base/waiting.js';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import { lastAppRunnerLines } from '../logs/app-runner.js';

export interface AppRunnerRollout {
  readonly session: AwsSession;
  readonly services: readonly { readonly service: string; readonly arn: string; readonly digest: string }[];
  /** When the deployment began, in milliseconds since 1970: what App Runner took back before is not its failure. */
  readonly since: number;
  readonly emit: Emit;
  readonly waiting: Waiting;
}

const pollMilliseconds = 5000;
const limitMilliseconds = 20 * 60_000;

/**
 * Waits until every service runs its new image and settings: App Runner takes a deployment back that fails, and then runs as if nothing
 * had been. A failure is told with the last lines of its logs.
 * @throws LandfallErrors `ROLLOUT_FAILED`, `ROLLOUT_SLOW`; one for each service
 */
export async function waitForAppRunner(rollout: AppRunnerRollout): Promise<void> {
  const outcomes = await Promise.all(rollout.services.map((one) => waitForOne(rollout, one)));
  const [first, ...rest] = outcomes.filter((problem) => problem !== undefined);
  if (first !== undefined) throw new LandfallErrors([first, ...rest]);
}

async function waitForOne(
  { session, since, emit, waiting }: AppRunnerRollout,
  { service, arn, digest }: AppRunnerRollout['services'][number],
): Promise<Problem | undefined> {
  const step = { type: 'step', id: `rollout:${service}`, label: `roll out ${service}` } as const;
  const started = waiting.now();
  emit({ ...step, status: 'started' });
  for (;;) {
    const { status, image } = await look(session, service, arn);
    const milliseconds = waiting.now() - started;
    const runsImage = status === 'RUNNING' && image.endsWith(digest);
    const operation = runsImage ? await lastChange(session, { service, arn, since }) : undefined;
    if (runsImage && (operation === undefined || operation.Status === 'SUCCEEDED')) {
      emit({ ...step, status: 'done', milliseconds });
      return undefined;
    }
    if (status !== 'OPERATION_IN_PROGRESS' && !(operation !== undefined && isGoingOn(operation))) {
      emit({ ...step, status: 'failed', milliseconds });
      const lines = await lastAppRunnerLines(session, { service, arn }, waiting.now());
      return operation === undefined ? failed(service, status, image, lines) : takenBack(service, operation, lines);
    }
    if (milliseconds > limitMilliseconds) return slow(service);
    emit({ ...step, status: 'progress', detail: 'App Runner deploys' });
    await waiting.sleep(pollMilliseconds);
  }
}

async function look(session: AwsSession, service: string, arn: string): Promise<{ status: string; image: string }> {
  try {
    const { Service } = await session.client(AppRunnerClient).send(new DescribeServiceCommand({ ServiceArn: arn }));
    return {
      status: Service?.Status ?? 'unknown',
      image: Service?.SourceConfiguration?.ImageRepository?.ImageIdentifier ?? '',
    };
  } catch (error) {
    throw awsProblem(error, `look at the App Runner service ${service}`);
  }
}

const isGoingOn = ({ Status }: OperationSummary): boolean => /PENDING|IN_PROGRESS/.test(Status ?? '');

/**
 * The last change of a service's settings, when it ended since then or goes on. One that ended earlier is not of this deployment:
 * Terraform has read since what was left of it.
 * @see https://docs.aws.amazon.com/apprunner/latest/api/API_ListOperations.html newest first (read 2026-11-29)
 * @see https://docs.aws.amazon.com/apprunner/latest/api/API_OperationSummary.html types and states (read 2026-11-29)
 */
async function lastChange(
  session: AwsSession,
  { service, arn, since }: { readonly service: string; readonly arn: string; readonly since: number },
): Promise<OperationSummary | undefined> {
  try {
    const command = new ListOperationsCommand({ ServiceArn: arn });
    const { OperationSummaryList = [] } = await session.client(AppRunnerClient).send(command);
    const change = OperationSummaryList.find(({ Type }) => Type === 'CREATE_SERVICE' || Type === 'UPDATE_SERVICE');
    if (change === undefined || isGoingOn(change)) return change;
    const ended = change.EndedAt ?? change.UpdatedAt ?? change.StartedAt;
    return ended === undefined || ended.getTime() < since ? undefined : change;
  } catch (error) {
    throw awsProblem(error, `look at the operations of the App Runner service ${service}`);
  }
}

/**
 * A service that Terraform itself saw fail at its creation is tainted, and replaced by the next deploy; only one that was taken over in that state comes here.
 * @see https://docs.aws.amazon.com/apprunner/latest/dg/manage-create.html (not re-read)
 */
const failed = (service: string, status: string, image: string, lines: string): Problem => ({
  code: 'ROLLOUT_FAILED',
  message:
    status === 'RUNNING'
      ? `App Runner took the new version of ${service} back: it runs ${image}.${lines}`
      : `The App Runner service ${service} is ${status}.${lines}`,
  fix:
    status === 'CREATE_FAILED'
      ? `App Runner never runs a service that it could not create. See landfall infra:logs ${service}, delete the service, mend it and deploy again: it is made anew.`
      : `See landfall infra:logs ${service}, mend it and deploy again.`,
  path: `services.${service}`,
});

const takenBack = (service: string, { Type, Status }: OperationSummary, lines: string): Problem => ({
  code: 'ROLLOUT_FAILED',
  message: `App Runner took the change of ${service} back (${Type ?? 'change'}: ${Status ?? 'unknown'}): it runs as it did before.${lines}`,
  fix: `See landfall infra:logs ${service}, mend it and deploy again.`,
  path: `services.${service}`,
});

const slow = (service: string): Problem => ({
  code: 'ROLLOUT_SLOW',
  message: `After ${String(limitMilliseconds / 60_000)} minutes App Runner still deploys ${service}.`,
  fix: 'It goes on. See landfall infra:status, then run the command again.',
  path: `services.${service}`,
});
