import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resource, type Stack } from '../../stack/stack.js';
import { plannedChanges, type PlannedChange } from '../terraform/plan.js';
import { change } from '../testing/planned-change.js';
import { shopStack } from '../testing/stack.js';
import { readState } from '../terraform/state.js';
import { assertChoice, resolveImages } from './images.js';
import { liftFor, noLift, writeLift } from './lift.js';
import { assertLossesAllowed, reviewOf } from './review.js';
import { usersOf } from './targets.js';

const review = (...changes: readonly PlannedChange[]) =>
  reviewOf(changes, (bucket) => Promise.resolve(bucket === 'full'));

describe('a review', () => {
  test('tells what is down while it is replaced, and what restarts', async () => {
    const { down } = await review(
      change('aws_lb.main', 'replace'),
      change('aws_lb_listener.https', 'replace', { createFirst: true }),
      change('aws_db_instance.main', 'update', { attributes: ['instance_class', 'tags'] }),
      change('aws_db_instance.other', 'update', { attributes: ['tags'] }),
    );
    expect(down).toEqual([
      'aws_lb.main is replaced: until then no address behind the load balancer answers.',
      'aws_db_instance.main restarts (instance_class): meanwhile every service with a database fails.',
    ]);
  });

  test('tells that production restarts in its maintenance window, not now', async () => {
    const modified = (type: string, apply_immediately: boolean) => ({
      address: `${type}.main`,
      mode: 'managed',
      type,
      change: {
        actions: ['update'],
        before: { engine_version: '1', apply_immediately: false },
        after: { engine_version: '2', apply_immediately },
      },
    });
    const changes = plannedChanges({
      resource_changes: [modified('aws_db_instance', false), modified('aws_elasticache_replication_group', true)],
    });
    expect((await review(...changes)).down).toEqual([
      'aws_db_instance.main restarts in its next maintenance window (engine_version): meanwhile every service with a database fails. Until then plans show this again.',
      'aws_elasticache_replication_group.main restarts (engine_version): meanwhile every service with Redis fails.',
    ]);
  });

  test('tells what data is lost: databases, caches, and buckets that hold something', async () => {
    const made = await review(
      change('aws_db_instance.main', 'replace', { before: { skip_final_snapshot: true } }),
      change('aws_elasticache_replication_group.main', 'delete', { before: { final_snapshot_identifier: 'last' } }),
      change('aws_s3_bucket.full', 'delete', { before: { bucket: 'full' } }),
      change('aws_s3_bucket.empty', 'delete', { before: { bucket: 'empty' } }),
      change('aws_db_instance.new', 'create'),
    );
    expect(made.losses.map(({ address, what }) => `${address}: ${what}`)).toEqual([
      'aws_db_instance.main: The database instance is replaced by an empty one, with every database in it. No snapshot is kept.',
      'aws_elasticache_replication_group.main: Redis is destroyed, with queues and sessions. A final snapshot is kept.',
      'aws_s3_bucket.full: The bucket full is destroyed, with all objects and their versions.',
    ]);
    const allowed = ['aws_db_instance.main', 'aws_s3_bucket.full'];
    expect(() => assertLossesAllowed(made, allowed)).toThrow(
      expect.objectContaining({ code: 'DATA_LOSS', path: 'aws_elasticache_replication_group.main' }),
    );
    expect(() => assertLossesAllowed(made, [...allowed, 'aws_elasticache_replication_group.main'])).not.toThrow();
  });
});

test('a new image concerns its task definition and its service alone', () => {
  expect(usersOf(shopStack, ['image_auth_service'])).toEqual([
    'aws_ecs_service.auth_service',
    'aws_ecs_task_definition.auth_service',
  ]);
});

describe('images', () => {
  const image = (service: string) => ({
    service,
    kind: 'nestjs' as const,
    runtime: 'process' as const,
    repository: `aws_ecr_repository.${service}`,
    variable: `image_${service}`,
    context: service,
  });
  const manifest = {
    version: 1,
    project: 'shop',
    environment: 'dev',
    region: 'eu-central-1',
    domain: 'example.com',
    images: [image('api'), image('mail')],
    sites: [],
    endpoints: [],
  } as const;
  const one = `sha256:${'1'.repeat(64)}`;
  const two = `sha256:${'2'.repeat(64)}`;
  const record = {
    version: 1,
    id: 'x',
    at: '2026-11-28T22:14:07.000Z',
    by: 'ada',
    artifact: 'a',
    images: { api: { repository: 'r/api', digest: one }, mail: { repository: 'r/mail', digest: one } },
    sites: {},
  } as const;

  test('what was asked for is checked as a whole', () => {
    const choice = { manifest, services: ['apo'], given: { mail: 'latest' }, record: undefined };
    expect(() => assertChoice(choice)).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({ code: 'SERVICE_UNKNOWN' }),
          expect.objectContaining({ code: 'IMAGE_DIGEST_INVALID' }),
          expect.objectContaining({ code: 'FIRST_DEPLOY_WHOLE' }),
        ],
      }),
    );
  });

  test('the named service is built; the others stay as they were deployed', async () => {
    const asked: string[] = [];
    const images = await resolveImages({ manifest, services: ['api'], given: {}, record }, {}, (only) => {
      asked.push(...only);
      return Promise.resolve({ api: { digest: two, built: true, content: 'new' } });
    });
    expect(asked).toEqual(['api']);
    expect(images).toMatchObject({
      api: { digest: two, built: true, content: 'new' },
      mail: { digest: one, built: false },
    });
  });
});

test('what protects resources is lifted, for what stands alone', () => {
  const instance = (type: string, attributes: object) => ({
    mode: 'managed',
    type,
    name: 'main',
    instances: [{ attributes }],
  });
  const state = readState(
    JSON.stringify({
      resources: [
        instance('aws_db_instance', {
          identifier: 'shop-prod-postgres',
          deletion_protection: true,
          skip_final_snapshot: false,
          final_snapshot_identifier: 'shop-prod-postgres-final-taken',
        }),
        instance('aws_elasticache_replication_group', {
          replication_group_id: 'shop-prod-redis',
          final_snapshot_identifier: 'shop-prod-redis-final-taken',
        }),
        instance('aws_lb', { enable_deletion_protection: false }),
      ],
    }),
  );
  const stack = {
    ...shopStack,
    resources: [
      { type: 'aws_db_instance', name: 'main', args: {} },
      { type: 'aws_elasticache_replication_group', name: 'main', args: {} },
      { type: 'aws_lb', name: 'main', args: {} },
      { type: 'aws_kms_key', name: 'main', args: {}, lifecycle: { prevent_destroy: true } },
    ] as never,
  };
  const id = '20261128T221407Z-1a2b3c4d';
  // Names that AWS has not: those of the state may have been taken by a destroy that was killed.
  expect(liftFor(stack, state, { skipped: false, id })).toEqual({
    arguments: {
      'aws_db_instance.main': {
        deletion_protection: false,
        final_snapshot_identifier: 'shop-prod-postgres-final-20261128t221407z-1a2b3c4d',
      },
      'aws_elasticache_replication_group.main': {
        final_snapshot_identifier: 'shop-prod-redis-final-20261128t221407z-1a2b3c4d',
      },
    },
    kept: [],
  });
  expect(liftFor(stack, state, { skipped: true, id }).arguments).toEqual({
    'aws_db_instance.main': { deletion_protection: false, skip_final_snapshot: true },
    'aws_elasticache_replication_group.main': { final_snapshot_identifier: null },
  });
});

describe('a final snapshot', () => {
  const id = '20261128T221407Z-1a2b3c4d';
  const stack = { ...shopStack, resources: [{ type: 'aws_db_instance', name: 'main', args: {} }] as never };
  const lifted = (attributes: object) => {
    const values = { identifier: 'shop-prod-postgres', deletion_protection: false, ...attributes };
    const resources = [{ mode: 'managed', type: 'aws_db_instance', name: 'main', instances: [{ attributes: values }] }];
    return liftFor(stack, readState(JSON.stringify({ resources })), { skipped: false, id });
  };

  test('that is not taken gets no name', () => {
    expect(lifted({ skip_final_snapshot: true })).toEqual(noLift);
  });

  test('keeps the name that a destroy gave it which was killed: its database may be gone', () => {
    const name = 'shop-prod-postgres-final-20261128t210000z-00000000';
    expect(lifted({ skip_final_snapshot: false, final_snapshot_identifier: name })).toEqual(noLift);
  });
});

test('before a destroy all but what is lifted stays as it stands, whatever the config says by now', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-lift-'));
  const database = 'aws_db_instance.main';
  const stack: Stack = {
    ...shopStack,
    resources: [
      resource(
        database,
        { instance_class: 'db.r6g.large', deletion_protection: true, final_snapshot_identifier: 'x' },
        { lifecycle: { prevent_destroy: true, ignore_changes: ['password'] } },
      ),
    ],
  };
  try {
    await writeLift(folder, stack, { arguments: { [database]: { deletion_protection: false } }, kept: [database] });
    expect(JSON.parse(await readFile(join(folder, 'destroy_override.tf.json'), 'utf8'))).toEqual({
      resource: {
        aws_db_instance: {
          main: {
            deletion_protection: false,
            lifecycle: {
              ignore_changes: ['instance_class', 'final_snapshot_identifier', 'password'],
              prevent_destroy: false,
            },
          },
        },
      },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
