import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LandfallEvent } from '../../base/events.js';
import { attr, resource, type Stack } from '../../stack/stack.js';
import type { Target, Workspace } from '../run/workspace.js';
import { readAdopted } from '../terraform/adopted.js';
import type { PlannedChange } from '../terraform/plan.js';
import type { PlanOptions, TerraformRunner } from '../terraform/runner.js';
import { readState } from '../terraform/state.js';
import { change } from '../testing/planned-change.js';
import { shopStack } from '../testing/stack.js';
import { takeOver } from './take-over.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-take-over-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const service = 'aws_ecs_service.auth_service';
const definition = 'aws_ecs_task_definition.auth_service';
const gateway = 'aws_nat_gateway.a';
const scaling = 'aws_appautoscaling_target.auth_service';
const bucket = 'aws_s3_bucket.site';

const stack: Stack = {
  ...shopStack,
  resources: [
    ...shopStack.resources.filter(({ type }) => type !== 'aws_ecs_service'),
    resource(service, {
      name: 'shop-dev-auth-service',
      cluster: attr('aws_ecs_cluster.main', 'id'),
      task_definition: attr(definition, 'arn'),
    }),
    resource(
      scaling,
      {
        service_namespace: 'ecs',
        resource_id: attr(service, 'id'),
        scalable_dimension: 'ecs:service:DesiredCount',
        min_capacity: 1,
        max_capacity: 2,
      },
      { lifecycle: { ignore_changes: ['tags_all'] } },
    ),
    resource(gateway, { subnet_id: 'subnet-1' }),
    resource(bucket, { bucket: 'shop-dev-site', force_destroy: true }),
    resource('aws_s3_bucket.saved', { bucket: 'shop-dev-saved', force_destroy: true }),
  ],
};

const told = (addr: string, id: string) =>
  JSON.stringify({
    type: 'apply_complete',
    hook: { resource: { addr }, action: 'create', id_key: 'id', id_value: id },
  });
const journal = [
  told(gateway, 'nat-1'),
  told(bucket, 'shop-dev-site'),
  told(service, 'arn:service'),
  told(scaling, 'service/a'),
].join('\n');

type Override = Readonly<Record<string, Readonly<Record<string, { readonly lifecycle: object } | undefined>>>>;

/** @returns what was planned, each time with the override beside it, and what was applied */
async function run(changesOf: (options: PlanOptions) => readonly PlannedChange[]) {
  const planned: { targets: readonly string[]; override: Override }[] = [];
  const applied: (readonly string[])[] = [];
  const events: LandfallEvent[] = [];
  const terraform: Partial<TerraformRunner> = {
    isUnsure: () => Promise.resolve(true),
    unsaved: () => Promise.resolve(journal),
    init: () => Promise.resolve(),
    pushLeftState: () => Promise.resolve(false),
    forget: () => Promise.resolve(),
    state: () => Promise.resolve(readState('')),
    plan: async (options = {}) => {
      const text = await readFile(join(folder, 'destroy_override.tf.json'), 'utf8');
      planned.push({
        targets: options.targets ?? [],
        override: (JSON.parse(text) as { readonly resource: Override }).resource,
      });
      return { file: 'plan', changes: changesOf(options), imports: [] };
    },
    apply: async () => {
      applied.push((await readAdopted(folder)).map(({ to }) => to));
    },
  };
  const target = {
    synthesis: { stack, manifest: { project: 'shop', environment: 'dev' } },
    session: { region: 'eu-central-1' },
    emit: (event: LandfallEvent) => void events.push(event),
  } as unknown as Target;
  await takeOver(target, { folder, terraform, bucket: 'state' } as unknown as Workspace);
  const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.problem] : []));
  return { planned, applied, warnings };
}

describe('what is to be destroyed', () => {
  test('is taken over as it stands, whatever image or argument the config has by now', async () => {
    const { planned, applied, warnings } = await run(() => [change(gateway, 'update')]);
    expect(applied).toEqual([[gateway, bucket, service, scaling]]);
    expect(warnings).toEqual([]);
    const [{ override } = { override: {} as Override }] = planned;
    const ignored = (type: string, name: string) => override[type]?.[name]?.lifecycle;
    expect(ignored('aws_ecs_task_definition', 'auth_service')).toEqual({
      ignore_changes: ['family', 'container_definitions'],
    });
    expect(ignored('aws_ecs_service', 'auth_service')).toEqual({
      ignore_changes: ['name', 'cluster', 'task_definition'],
    });
    // What the resource ignores anyway stays ignored; how it is destroyed is taken from the config.
    expect(ignored('aws_appautoscaling_target', 'auth_service')).toMatchObject({
      ignore_changes: expect.arrayContaining(['tags_all']) as unknown,
    });
    expect(ignored('aws_s3_bucket', 'site')).toEqual({ ignore_changes: ['bucket'] });
    expect(ignored('aws_s3_bucket', 'saved')).toEqual({ ignore_changes: ['bucket', 'force_destroy'] });
    expect(await readdir(folder)).toEqual([]);
  });

  test('is told when it cannot be taken over, and the rest is taken over', async () => {
    const { planned, applied, warnings } = await run(({ targets = [] }) =>
      targets.includes(service) || targets.includes(scaling) ? [change(definition, 'replace')] : [],
    );
    expect(planned.map(({ targets }) => targets)).toEqual([
      [gateway, bucket, service, scaling],
      [gateway, bucket],
    ]);
    expect(applied).toEqual([[gateway, bucket]]);
    expect(warnings).toMatchObject([
      { code: 'LEFT_OVER', path: service },
      { code: 'LEFT_OVER', path: scaling },
    ]);
    expect(warnings[0]?.message).toContain(definition);
  });

  test('is not made: when nothing can be taken over, nothing is applied', async () => {
    const { applied, warnings } = await run(() => [change('aws_vpc.elsewhere', 'create')]);
    expect(applied).toEqual([]);
    expect(warnings.map(({ path }) => path)).toEqual([gateway, bucket, service, scaling]);
    expect(await readdir(folder)).toEqual([]);
  });
});
