import { AppRunnerClient, DescribeServiceCommand } from '@aws-sdk/client-apprunner';
import { DescribeTaskDefinitionCommand, ECSClient, type Service } from '@aws-sdk/client-ecs';
import pLimit from 'p-limit';
import type { Stack } from '../../stack/stack.js';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import { appRunnerServices } from '../services/app-runner.js';
import { describeServices, primaryOf } from '../services/ecs.js';
import { clusterOf, runningNames, type RunningName } from '../services/names.js';

/** How one service stands. */
export interface ServiceStatus {
  readonly service: string;
  readonly on: 'ecs' | 'app-runner';
  /** `failed`: the last deployment was given up, and what ran before runs on. */
  readonly state: 'steady' | 'deploying' | 'asleep' | 'failed' | 'missing';
  /** Tasks; null on App Runner, which does not tell. */
  readonly desired: number | null;
  readonly running: number | null;
  /** Family and revision, such as `shop-dev-offers-service:12`. */
  readonly taskDefinition: string | null;
  /** `sha256:…` */
  readonly image: string | null;
  /** Why it is in this state, in AWS's words. */
  readonly reason: string | null;
}

/** Every service of the Stack as it runs now, sorted by name. @throws what `awsProblem` makes */
export async function servicesStatus(session: AwsSession, stack: Stack): Promise<readonly ServiceStatus[]> {
  const names = runningNames(stack);
  const ecs = names.filter(({ on }) => on === 'ecs');
  const appRunner = names.filter(({ on }) => on === 'app-runner');
  const limit = pLimit(4);
  const states = await describeServices(
    session,
    clusterOf(stack),
    ecs.map(({ name }) => name),
  );
  const [tasks, others] = await Promise.all([
    Promise.all(ecs.map((name) => limit(() => ecsStatus(session, name, states.get(name.name))))),
    appRunnerStatus(session, appRunner),
  ]);
  const found = [...tasks, ...others];
  return found.toSorted((a, b) => (a.service < b.service ? -1 : 1));
}

const absent = (service: string, on: ServiceStatus['on']): ServiceStatus => ({
  service,
  on,
  state: 'missing',
  desired: null,
  running: null,
  taskDefinition: null,
  image: null,
  reason: 'Not deployed.',
});

async function ecsStatus(session: AwsSession, { service, on }: RunningName, state: Service | undefined) {
  if (state === undefined) return absent(service, on);
  const definition = state.taskDefinition ?? '';
  const primary = primaryOf(state);
  const desired = state.desiredCount ?? 0;
  const running = state.runningCount ?? 0;
  const failed = state.deployments?.find(({ rolloutState }) => rolloutState === 'FAILED');
  return {
    service,
    on,
    state: stateOf(state),
    desired,
    running,
    taskDefinition: definition.split('/').at(-1) ?? null,
    image: await imageOf(session, definition, service),
    reason:
      failed?.rolloutStateReason ?? (stateOf(state) === 'deploying' ? (primary?.rolloutStateReason ?? null) : null),
  } satisfies ServiceStatus;
}

function stateOf(service: Service): ServiceStatus['state'] {
  const { deployments = [], desiredCount = 0, runningCount = 0 } = service;
  if (deployments.some(({ rolloutState }) => rolloutState === 'FAILED')) return 'failed';
  const rolling = deployments.length > 1 || primaryOf(service)?.rolloutState === 'IN_PROGRESS';
  if (rolling || runningCount !== desiredCount) return 'deploying';
  return desiredCount === 0 ? 'asleep' : 'steady';
}

async function imageOf(session: AwsSession, taskDefinition: string, container: string): Promise<string | null> {
  try {
    const answer = await session.client(ECSClient).send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    const own = answer.taskDefinition?.containerDefinitions?.find(({ name }) => name === container);
    return digestOf(own?.image);
  } catch (error) {
    throw awsProblem(error, `read the task definition ${taskDefinition}`);
  }
}

const digestOf = (image: string | undefined): string | null => image?.split('@')[1] ?? null;

async function appRunnerStatus(session: AwsSession, names: readonly RunningName[]): Promise<readonly ServiceStatus[]> {
  if (names.length === 0) return [];
  const found = await appRunnerServices(session);
  return Promise.all(
    names.map(async ({ name, service, on }) => {
      const { ServiceArn, Status } = found.get(name) ?? {};
      if (ServiceArn === undefined || Status === 'DELETED') return absent(service, on);
      const { Service } = await session
        .client(AppRunnerClient)
        .send(new DescribeServiceCommand({ ServiceArn }))
        .catch((error: unknown) => {
          throw awsProblem(error, `look at the App Runner service ${name}`);
        });
      const state = appRunnerStates[Status ?? ''] ?? 'failed';
      const image = digestOf(Service?.SourceConfiguration?.ImageRepository?.ImageIdentifier);
      return { ...absent(service, on), state, image, reason: state === 'failed' ? (Status ?? null) : null };
    }),
  );
}

/** @see https://docs.aws.amazon.com/apprunner/latest/api/API_Service.html (not re-read) */
const appRunnerStates: Readonly<Record<string, ServiceStatus['state']>> = {
  RUNNING: 'steady',
  OPERATION_IN_PROGRESS: 'deploying',
  PAUSED: 'asleep',
};
