import { z } from 'zod';
import type { LocalBehaviour } from '../../../stack/layer.js';

const containerSchema = z.object({
  name: z.string(),
  image: z.string(),
  portMappings: z.array(z.object({ containerPort: z.number() })).default([]),
  environment: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  secrets: z.array(z.object({ name: z.string(), valueFrom: z.string() })).default([]),
  stopTimeout: z.number().default(30),
});

/** The one container of a task. */
export type Container = z.infer<typeof containerSchema>;

/** Reads `container_definitions`. */
export function containerOf(containerDefinitions: unknown): Container {
  const [container] = z
    .array(containerSchema)
    .min(1)
    .parse(JSON.parse(String(containerDefinitions)));
  if (container === undefined) throw new Error('A task definition has at least one container.');
  return container;
}

/** A task definition; each change is a new revision, as on ECS. */
export const taskDefinition: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'CPU and memory limits, roles, and earlier revisions.',
  replaced: true,
  apply({ args }, ctx) {
    const before = Number(ctx.prior?.['revision'] ?? 0);
    const revision = ctx.changed ? before + 1 : before;
    const family = String(args['family']);
    const arn = `arn:aws:ecs:${ctx.region}:${ctx.accountId}:task-definition/${family}:${String(revision)}`;
    return Promise.resolve({ id: family, family, revision, arn });
  },
};
