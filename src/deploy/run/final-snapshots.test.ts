import { describe, expect, test } from 'vitest';
import { template } from '../../stack/expr.js';
import { attr, resource, type Stack } from '../../stack/stack.js';
import { emptyStack } from '../../stack/testing/stack.js';
import type { PlannedChange } from '../terraform/plan.js';
import type { PlanOptions } from '../terraform/runner.js';
import { readState } from '../terraform/state.js';
import { keptKey, planRenaming, planWithout } from './final-snapshots.js';

const key = 'aws_kms_key.main';
const database = 'aws_db_instance.main';

const stateOf = (values: Readonly<Record<string, object>>) =>
  readState(
    JSON.stringify({
      resources: Object.entries(values).map(([address, attributes]) => {
        const [type, name] = address.split('.');
        return { mode: 'managed', type, name, instances: [{ attributes }] };
      }),
    }),
  );

const withDatabase = (skip_final_snapshot: boolean): Stack => ({
  ...emptyStack,
  resources: [resource(database, { instance_class: 'db.t3.micro', skip_final_snapshot })],
});

describe('the key of final snapshots', () => {
  const deployed = stateOf({ [key]: {}, [database]: { skip_final_snapshot: false } });

  test('is kept where the database leaves one, or Redis does', () => {
    expect(keptKey(withDatabase(false), deployed, false)).toBe(key);
    const redis = { final_snapshot_identifier: 'shop-prod-redis-final-1' };
    expect(keptKey(emptyStack, stateOf({ [key]: {}, 'aws_elasticache_replication_group.main': redis }), false)).toBe(
      key,
    );
  });

  test('is kept by the next run too, when one that was killed has destroyed the database', () => {
    expect(keptKey(withDatabase(false), stateOf({ [key]: {} }), false)).toBe(key);
  });

  test('goes where none is left', () => {
    const without = stateOf({
      [key]: {},
      [database]: { skip_final_snapshot: true },
      'aws_elasticache_replication_group.main': { final_snapshot_identifier: null },
    });
    expect(keptKey(withDatabase(true), without, false)).toBeUndefined();
    expect(keptKey(withDatabase(false), deployed, true)).toBeUndefined();
    expect(keptKey(withDatabase(false), stateOf({ 'aws_vpc.main': {} }), false)).toBeUndefined();
  });

  test('is kept for a database that the config has no more, which nothing can tell to leave none', () => {
    expect(keptKey(emptyStack, deployed, true)).toBe(key);
  });
});

describe('a plan without the key', () => {
  const planned = async (state: ReturnType<typeof stateOf>, kept: string | undefined) => {
    const asked: PlanOptions[] = [];
    const plan = (options: PlanOptions = {}) => {
      asked.push(options);
      return Promise.resolve({ file: 'plan', changes: [], imports: [] });
    };
    await planWithout({ plan }, state, kept);
    return asked;
  };

  test('destroys all else that the state has', async () => {
    const state = stateOf({ [key]: {}, 'aws_vpc.main': {}, [database]: {} });
    expect(await planned(state, key)).toEqual([{ destroy: true, refresh: false, targets: [database, 'aws_vpc.main'] }]);
    expect(await planned(state, undefined)).toEqual([{ destroy: true, refresh: false }]);
  });

  test('is none when nothing else is left', async () => {
    expect(await planned(stateOf({ [key]: {} }), key)).toEqual([]);
  });
});

describe('the plan of a deploy', () => {
  const suffix = 'terraform_data.final_snapshot';
  const stack: Stack = {
    ...emptyStack,
    resources: [
      resource(suffix, { input: 'suffix' }),
      resource(database, {
        instance_class: 'db.t3.micro',
        final_snapshot_identifier: template`shop-prod-postgres-final-${attr(suffix, 'id')}`,
      }),
    ],
  };
  const change = (address: string, action: PlannedChange['action']): PlannedChange => {
    const unchanged = { createFirst: false, attributes: [], because: [], before: {} };
    return { ...unchanged, address, type: address.split('.')[0] ?? '', action };
  };
  const planned = async (...changes: readonly PlannedChange[]) => {
    const asked: PlanOptions[] = [];
    const plan = (options: PlanOptions = {}) => {
      asked.push(options);
      return Promise.resolve({ file: 'plan', changes, imports: [] });
    };
    await planRenaming({ plan }, stack, { refresh: false });
    return asked;
  };

  test.each(['replace', 'create'] as const)(
    'names the final snapshot anew with its database: the one before may have taken the name (%s)',
    async (action) => {
      expect(await planned(change(database, action))).toEqual([
        { refresh: false },
        { refresh: false, replace: [suffix] },
      ]);
    },
  );

  test('leaves the name where the database stays or goes, or its name is made with it', async () => {
    expect(await planned(change(database, 'update'))).toHaveLength(1);
    expect(await planned(change(database, 'delete'), change(suffix, 'delete'))).toHaveLength(1);
    expect(await planned(change(database, 'create'), change(suffix, 'create'))).toHaveLength(1);
    expect(await planned()).toHaveLength(1);
  });
});
