import { z } from 'zod';
import { AwsError } from '../../../../local/contract/aws-api.js';
import type { LocalContext } from '../../../../local/contract/context.js';

/** A revision of a task definition. */
export interface Definition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  /** As `aws_ecs_task_definition` has them. */
  readonly args: Readonly<Record<string, unknown>>;
  /** As `RegisterTaskDefinition` got it; absent for one of the Stack. */
  readonly input?: Readonly<Record<string, unknown>>;
}

/** The revisions that were registered by API. They are forgotten when the plane stops. */
export class RegisteredDefinitions {
  readonly #all = new Map<string, Definition>();

  all(): readonly Definition[] {
    return [...this.#all.values()];
  }

  get(arn: string): Definition | undefined {
    return this.#all.get(arn);
  }

  /** The newest revision of a family; 0: none. */
  newest(family: string): number {
    return Math.max(
      0,
      ...this.all()
        .filter((each) => each.family === family)
        .map(({ revision }) => revision),
    );
  }

  add(definition: Definition): void {
    this.#all.set(definition.arn, definition);
  }
}

const registration = z.looseObject({
  family: z.string().regex(/^[\w-]{1,255}$/, 'is letters, digits, hyphens and underscores'),
  containerDefinitions: z.array(z.looseObject({ name: z.string(), image: z.string() })).min(1),
  cpu: z.string().optional(),
  memory: z.string().optional(),
});

/** Makes the next revision of a family of what was sent. */
export function definitionFrom(
  input: Readonly<Record<string, unknown>>,
  known: readonly Definition[],
  ctx: LocalContext,
): Definition {
  const read = registration.safeParse(input);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new AwsError('ClientException', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
  }
  const { family, containerDefinitions, cpu, memory } = read.data;
  const revision = 1 + Math.max(0, ...known.filter((each) => each.family === family).map((each) => each.revision));
  return {
    arn: `arn:aws:ecs:${ctx.region}:${ctx.accountId}:task-definition/${family}:${String(revision)}`,
    family,
    revision,
    args: { family, cpu, memory, container_definitions: JSON.stringify(containerDefinitions) },
    input,
  };
}

/** Those of the Stack, each with its newest revision alone. */
export function stackDefinitions(resources: readonly Pick<Definition, 'arn' | 'args'>[]): readonly Definition[] {
  return resources.flatMap(({ arn, args }) => {
    const [, family, revision] = /:task-definition\/(.+):(\d+)$/.exec(arn) ?? [];
    return family === undefined ? [] : [{ arn, family, revision: Number(revision), args }];
  });
}

/** The revision that a family, `family:revision` or ARN names; of a family the newest. */
export function findDefinition(name: string, all: readonly Definition[]): Definition | undefined {
  const exact = all.find(({ arn, family, revision }) => arn === name || `${family}:${String(revision)}` === name);
  if (exact !== undefined) return exact;
  return all
    .filter(({ family }) => family === name)
    .reduce<Definition | undefined>(
      (newest, each) => (each.revision > (newest?.revision ?? 0) ? each : newest),
      undefined,
    );
}

/** As `DescribeTaskDefinition` answers it. */
export function describeDefinition({ arn, family, revision, args, input }: Definition): object {
  const text = (name: string) => (typeof args[name] === 'string' ? args[name] : undefined);
  const [platform] = z.array(z.record(z.string(), z.unknown())).catch([]).parse(args['runtime_platform']);
  const ofStack = {
    containerDefinitions: JSON.parse(String(args['container_definitions'])) as unknown,
    cpu: text('cpu'),
    memory: text('memory'),
    networkMode: text('network_mode'),
    requiresCompatibilities: args['requires_compatibilities'],
    executionRoleArn: text('execution_role_arn'),
    taskRoleArn: text('task_role_arn'),
    ...(platform && {
      runtimePlatform: {
        cpuArchitecture: platform['cpu_architecture'],
        operatingSystemFamily: platform['operating_system_family'],
      },
    }),
  };
  return { ...(input ?? ofStack), family, revision, taskDefinitionArn: arn, status: 'ACTIVE' };
}
