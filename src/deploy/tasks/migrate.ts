import { DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { LandfallError } from '../../base/errors.js';
import { identifier } from '../../base/names.js';
import type { Manifest } from '../../stack/manifest.js';
import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import { awsProblem, isAwsError } from '../aws/problems.js';
import { clusterOf } from '../services/names.js';
import { waitForEarlier } from './earlier.js';
import { taskNetwork } from './network.js';
import { runTask, type OneOffTask, type RunOptions } from './run-task.js';

export interface Migrate extends RunOptions {
  readonly stack: Stack;
  readonly manifest: Manifest;
  /** Default: every service that has `migrate`. */
  readonly only?: readonly string[];
  /** By service, the task definition to run; default: the newest revision of its family. */
  readonly taskDefinitions?: Readonly<Record<string, string>>;
  /** Default: where the service runs, or the private subnets. */
  readonly network?: OneOffTask['network'];
}

interface Migration {
  readonly service: string;
  readonly taskArn: string;
  readonly milliseconds: number;
}

/**
 * Runs each service's `migrate` command as a task of its own, one after the other, in the order of their names. A failure ends it: those
 * before stay migrated.
 * @throws LandfallError `MIGRATION_FAILED`, `MIGRATION_NOT_CONFIGURED`, and what `runTask` throws
 */
export async function migrate(options: Migrate): Promise<readonly Migration[]> {
  const done: Migration[] = [];
  for (const { service, command } of migrationsOf(options)) {
    const started = options.waiting.now();
    const step = { type: 'step', id: `migrate ${service}`, label: `Migrate the database of ${service}` } as const;
    options.emit({ ...step, status: 'started' });
    try {
      const { arn } = await migrateOne(options, service, command);
      const milliseconds = options.waiting.now() - started;
      done.push({ service, taskArn: arn, milliseconds });
      options.emit({ ...step, status: 'done', milliseconds });
    } catch (error) {
      options.emit({ ...step, status: 'failed' });
      throw error;
    }
  }
  return done;
}

/** Services with a `migrate` command that run in the cluster. @throws LandfallError `MIGRATION_NOT_CONFIGURED` */
function migrationsOf({
  manifest,
  stack,
  only,
}: Pick<Migrate, 'manifest' | 'stack' | 'only'>): readonly { readonly service: string; readonly command: string }[] {
  const view = viewOf(stack);
  const all = manifest.images.flatMap(({ service, migrate: command }) =>
    command !== undefined && view.get(`aws_ecs_task_definition.${identifier(service)}`) !== undefined
      ? [{ service, command }]
      : [],
  );
  const unknown = only?.find((name) => !all.some(({ service }) => service === name));
  if (unknown === undefined) return all.filter(({ service }) => only === undefined || only.includes(service));
  const known = all.map(({ service }) => service).join(', ');
  throw new LandfallError({
    code: 'MIGRATION_NOT_CONFIGURED',
    message: `The service ${unknown} has no migrate command that runs as a task.`,
    fix: known === '' ? 'Give a service of the cluster a migrate command in the config.' : `These have one: ${known}.`,
    path: `services.${unknown}.migrate`,
  });
}

async function migrateOne(options: Migrate, service: string, command: string) {
  const { stack } = options;
  const family = String(viewOf(stack).get(`aws_ecs_task_definition.${identifier(service)}`)?.args.family);
  const wanted = options.taskDefinitions?.[service] ?? family;
  const task: OneOffTask = {
    cluster: clusterOf(stack),
    ...(await definitionOf(options, wanted, service)),
    command: ['sh', '-c', command],
    network: options.network ?? (await taskNetwork(options.session, stack, family)),
    label: `${service} migrate`,
  };
  await waitForEarlier(task, options);
  const ended = await runTask(task, options);
  if (ended.exitCode === 0) return ended;
  throw new LandfallError({
    code: 'MIGRATION_FAILED',
    message: `The migration of ${service} ended with exit code ${String(ended.exitCode)}.${ended.lastLines.map((line) => `\n${line}`).join('')}`,
    fix: `The services still run as they did. Mend the migration and deploy again, or run it alone: landfall db:migrate ${service} --env ${stack.environment}`,
    path: `services.${service}.migrate`,
  });
}

async function definitionOf({ session }: Migrate, wanted: string, service: string) {
  try {
    const { taskDefinition } = await session
      .client(ECSClient)
      .send(new DescribeTaskDefinitionCommand({ taskDefinition: wanted }));
    const container = taskDefinition?.containerDefinitions?.find(({ name }) => name === service);
    const { 'awslogs-group': group, 'awslogs-stream-prefix': prefix } = container?.logConfiguration?.options ?? {};
    return {
      taskDefinition: taskDefinition?.taskDefinitionArn ?? wanted,
      container: service,
      logs: group === undefined || prefix === undefined ? undefined : { group, prefix },
    };
  } catch (error) {
    if (!isAwsError(error, 'ClientException')) throw awsProblem(error, `read the task definition ${wanted}`);
    throw new LandfallError(
      {
        code: 'NOT_DEPLOYED',
        message: `There is no task definition ${wanted}: ${service} was never deployed.`,
        fix: 'Deploy first: infra:deploy.',
      },
      { cause: error },
    );
  }
}
