import {
  AppRunnerClient,
  ListOperationsCommand,
  paginateListServices,
  StartDeploymentCommand,
  type ServiceSummary,
} from '@aws-sdk/client-apprunner';
import { LandfallError } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import type { Waiting } from '../../base/waiting.js';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import type { RunningName } from './names.js';

/** The App Runner services that exist, by name. @throws what `awsProblem` makes */
export async function appRunnerServices(session: AwsSession): Promise<ReadonlyMap<string, ServiceSummary>> {
  const client = session.client(AppRunnerClient);
  const found = new Map<string, ServiceSummary>();
  try {
    for await (const { ServiceSummaryList = [] } of paginateListServices({ client }, {})) {
      for (const service of ServiceSummaryList) found.set(service.ServiceName ?? '', service);
    }
  } catch (error) {
    throw awsProblem(error, 'look at the App Runner services');
  }
  return found;
}

interface Restart {
  readonly session: AwsSession;
  readonly emit: Emit;
  readonly waiting: Waiting;
}

const pollMilliseconds = 5000;
const limitMilliseconds = 30 * 60_000;

/**
 * Deploys the same image again, which reads secrets anew, and waits.
 * @returns the services that were restarted
 * @throws LandfallError `RESTART_FAILED`, `RESTART_SLOW`
 */
export async function restartAppRunner(restart: Restart, services: readonly RunningName[]): Promise<readonly string[]> {
  if (services.length === 0) return [];
  const found = await appRunnerServices(restart.session);
  const running = services.flatMap(({ name, service }) => {
    const { ServiceArn: arn, Status } = found.get(name) ?? {};
    return arn === undefined || Status !== 'RUNNING' ? [] : [{ service, arn }];
  });
  await Promise.all(running.map((one) => restartOne(restart, one)));
  return running.map(({ service }) => service);
}

async function restartOne(
  { session, emit, waiting }: Restart,
  { service, arn }: { readonly service: string; readonly arn: string },
): Promise<void> {
  const client = session.client(AppRunnerClient);
  const step = { type: 'step', id: `restart ${service}`, label: `Restart ${service}` } as const;
  const started = waiting.now();
  emit({ ...step, status: 'started' });
  try {
    const { OperationId: id } = await client.send(new StartDeploymentCommand({ ServiceArn: arn }));
    for (;;) {
      const { OperationSummaryList = [] } = await client.send(new ListOperationsCommand({ ServiceArn: arn }));
      const status = OperationSummaryList.find(({ Id }) => Id === id)?.Status;
      if (status === 'SUCCEEDED') break;
      if (status !== undefined && /FAILED|ROLLBACK/.test(status)) throw failed(service, status);
      if (waiting.now() - started > limitMilliseconds) throw slow(service);
      await waiting.sleep(pollMilliseconds);
    }
    emit({ ...step, status: 'done', milliseconds: waiting.now() - started });
  } catch (error) {
    emit({ ...step, status: 'failed' });
    throw awsProblem(error, `restart the App Runner service ${service}`);
  }
}

const failed = (service: string, status: string): LandfallError =>
  new LandfallError({
    code: 'RESTART_FAILED',
    message: `App Runner could not deploy ${service} again (${status}); it goes on as it was.`,
    fix: `See landfall infra:logs ${service}, then run the command again.`,
  });

const slow = (service: string): LandfallError =>
  new LandfallError({
    code: 'RESTART_SLOW',
    message: `After ${String(limitMilliseconds / 60_000)} minutes App Runner still deploys ${service}.`,
    fix: 'It goes on. See landfall infra:status.',
  });
