import { expect, test } from 'vitest';
import type { Manifest } from '../../stack/manifest.js';
import type { PlannedChange } from '../terraform/plan.js';
import { change } from '../testing/planned-change.js';
import { shopStack } from '../testing/stack.js';
import { migratedBy } from './migrated.js';

const image = (service: string, migrate?: string) => ({ service, migrate });
const manifest = {
  images: [image('auth-service', 'npm run migrate'), image('offers-service'), image('web', 'npm run migrate')],
} as unknown as Pick<Manifest, 'images'>;
const database = (action: PlannedChange['action']) => [change('aws_db_instance.main', action)];
const migrated = (changed: readonly string[], planned: readonly PlannedChange[] = []) =>
  migratedBy({ stack: shopStack, manifest }, changed, planned);

test('a service of the cluster with a new image and a migrate command is migrated', () => {
  expect(migrated(['auth-service', 'offers-service', 'web'])).toEqual(['auth-service']);
  expect(migrated(['offers-service'])).toEqual([]);
});

test.each(['create', 'replace'] as const)('all are where the database server is new (%s)', (action) => {
  expect(migrated([], database(action))).toEqual(['auth-service']);
});

test.each(['update', 'delete'] as const)('none is for another change of the server (%s)', (action) => {
  expect(migrated([], database(action))).toEqual([]);
});
