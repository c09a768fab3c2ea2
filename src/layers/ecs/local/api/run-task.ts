import { messageOf } from '../../../../base/errors.js';
import { AwsError } from '../../../../local/contract/aws-api.js';
import type { LocalContext } from '../../../../local/contract/context.js';
import { imageOf } from '../service-arguments.js';
import { startRecorded } from '../start-task.js';
import { containerOf, sizeOf } from '../task-definition.js';
import type { Cluster } from './cluster.js';
import type { Definition } from './definitions.js';
import type { TaskRecord } from './task-ledger.js';

/** What `RunTask` is to run. */
export interface OneOff {
  readonly definition: Definition;
  readonly override:
    | {
        readonly name: string;
        readonly command?: readonly string[] | undefined;
        readonly environment: readonly { readonly name: string; readonly value: string }[];
      }
    | undefined;
  readonly startedBy?: string | undefined;
  readonly group?: string | undefined;
}

/**
 * Runs a task once, as it is or with another command. It starts in its own time: `DescribeTasks` tells how it fares.
 * @throws AwsError `ClientException` when this plane cannot run it
 */
export function runTask(
  { definition, override, startedBy, group }: OneOff,
  cluster: Cluster,
  ctx: LocalContext,
): Promise<TaskRecord> {
  const { container, image } = readDefinition(definition, ctx);
  if (override !== undefined && override.name !== container.name) {
    throw new AwsError(
      'InvalidParameterException',
      `Override for container named ${override.name} is not a container in the TaskDefinition.`,
    );
  }
  if (override?.command !== undefined && image.runtime !== 'process') {
    throw new AwsError('ClientException', `Locally ${container.name} runs in the plane: no other command can.`);
  }
  const { record, started } = startRecorded(
    {
      tasks: cluster.tasks,
      group: group ?? `family:${definition.family}`,
      startedBy,
      taskDefinition: definition.arn,
      image,
      container:
        override === undefined
          ? container
          : { ...container, environment: [...container.environment, ...override.environment] },
      containerPort: container.portMappings[0]?.containerPort,
      size: sizeOf(definition.args),
      command: override?.command,
      later: true,
      signal: undefined,
    },
    ctx,
  );
  started.catch((error: unknown) => ctx.emit({ type: 'log', source: image.service, line: messageOf(error) }));
  return Promise.resolve(record);
}

function readDefinition({ args }: Definition, ctx: LocalContext) {
  try {
    const container = containerOf(args['container_definitions']);
    return { container, image: imageOf(container, ctx) };
  } catch (error) {
    throw new AwsError('ClientException', messageOf(error));
  }
}
