import { z } from 'zod';
import type { LocalBehaviour } from '../../../stack/layer.js';
import { planeCluster } from './api/cluster.js';

const containerSchema = z.object({
  name: z.string(),
  image: z.string(),
  // The API's own default. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (not re-read)
  essential: z.boolean().default(true),
  portMappings: z.array(z.object({ containerPort: z.number() })).default([]),
  environment: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  secrets: z.array(z.object({ name: z.string(), valueFrom: z.string() })).default([]),
  stopTimeout: z.number().default(30),
});

/** The container of a task that takes its traffic. */
export type Container = Omit<z.infer<typeof containerSchema>, 'essential'>;

/**
 * Reads the first essential container of `container_definitions`. Others, such as one that prepares the gateway's database before, are
 * not run locally: the local gateway keeps its configuration in memory.
 */
export function containerOf(containerDefinitions: unknown): Container {
  const containers = z.array(containerSchema).parse(JSON.parse(String(containerDefinitions)));
  const container = containers.find(({ essential }) => essential);
  if (container === undefined) throw new Error('A task definition has at least one essential container.');
  return container;
}

/** CPU units (1024 are one vCPU) and memory of a task, where its definition says so. */
export interface TaskSize {
  readonly cpuUnits: number | undefined;
  readonly memoryMiB: number | undefined;
}

/** @param args those of `aws_ecs_task_definition` */
export function sizeOf(args: Readonly<Record<string, unknown>>): TaskSize {
  return { cpuUnits: positive(args['cpu']), memoryMiB: positive(args['memory']) };
}

function positive(value: unknown): number | undefined {
  const number = Number(value ?? Number.NaN);
  return number > 0 ? number : undefined;
}

/** A task definition; each change is a new revision, as on ECS. */
export const taskDefinition: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'CPU limits, roles, earlier revisions, and containers that are not essential or that others wait for (the gateway’s database needs no preparing: it runs from its file). Memory limits the JavaScript heap alone.',
  replaced: true,
  apply({ args }, ctx) {
    const family = String(args['family']);
    const before = Number(ctx.prior?.['revision'] ?? 0);
    const registered = planeCluster(ctx)?.registered.newest(family) ?? 0;
    const revision = ctx.changed ? Math.max(before, registered) + 1 : before;
    const arn = `arn:aws:ecs:${ctx.region}:${ctx.accountId}:task-definition/${family}:${String(revision)}`;
    return Promise.resolve({ id: family, family, revision, arn });
  },
};
