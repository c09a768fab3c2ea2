import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { LandfallError } from '../base/errors.js';
import type { LandfallEvent } from '../base/events.js';
import { inert, type Attributes, type LocalReader, type LocalRule } from '../stack/layer.js';
import {
  attr,
  dataAttr,
  dataSource,
  ephemeralAttr,
  ephemeralResource,
  resource,
  type AnyResource,
  type Stack,
} from '../stack/stack.js';
import { emptyStack } from '../stack/testing/stack.js';
import { Engine, type Deploy } from './engine.js';
import { planChanges } from './plan.js';
import type { LocalState } from './state.js';
import { createFakePlane } from './testing/fake-context.js';
import { fakeRules, type FakeRules } from './testing/rules.js';

const types = ['aws_vpc', 'aws_subnet', 'aws_lb', 'aws_eip', 'aws_secretsmanager_secret_version'];
const vpc = (cidr_block = '10.0.0.0/16') => resource('aws_vpc.main', { cidr_block });
const subnet = resource('aws_subnet.a', { vpc_id: attr('aws_vpc.main', 'id') });
const balancer = resource('aws_lb.main', { subnets: [attr('aws_subnet.a', 'id')] });
const address = resource('aws_eip.nat_a', { domain: 'vpc' });
const all = [balancer, subnet, vpc(), address];

interface Options {
  readonly state?: LocalState['resources'];
  readonly rules?: Readonly<Record<string, LocalRule>>;
  readonly readers?: Readonly<Record<string, LocalReader>>;
  readonly save?: (state: LocalState['resources']) => Promise<void>;
}

/** An engine whose rules note what they are asked. */
function engineWith(fake: FakeRules, { state = {}, rules, readers = {}, save }: Options = {}) {
  const plane = createFakePlane();
  const saved: LocalState['resources'][] = [];
  const released: string[] = [];
  const events: LandfallEvent[] = [];
  const changed = new Map<string, boolean>();
  const engine = new Engine(
    {
      registry: plane.registry,
      clock: plane.clock,
      rules: { ...fake.rules, ...rules },
      readers,
      contextFor: (target, deploy, prior, isChanged) => {
        changed.set(target, isChanged);
        return { ...plane.context(target, prior), changed: isChanged, signal: deploy.signal };
      },
      release: (target) => Promise.resolve(void released.push(target)),
      save: save ?? ((resources) => Promise.resolve(void saved.push(resources))),
    },
    state,
  );
  const deployOf = (stack: Partial<Stack>, signal = new AbortController().signal): Deploy => ({
    artifact: { stack: { ...emptyStack, ...stack }, manifest: plane.context('x').manifest },
    variables: {},
    emit: (event) => void events.push(event),
    signal,
  });
  return {
    engine,
    plane,
    saved,
    released,
    changed,
    deployOf,
    apply: (resources: readonly AnyResource[], stack: Partial<Stack> = {}) =>
      engine.apply(deployOf({ ...stack, resources })),
    /** `status address` of each step since this was last asked. */
    steps: () => events.splice(0).flatMap((event) => (event.type === 'step' ? [`${event.status} ${event.label}`] : [])),
  };
}

describe('apply', () => {
  test('goes in the order of references, and hands on what each answers', async () => {
    const fake = fakeRules(types);
    await engineWith(fake).apply(all);
    const order = fake.calls.filter((call) => call !== 'apply aws_eip.nat_a');
    expect(order).toEqual(['apply aws_vpc.main', 'apply aws_subnet.a', 'apply aws_lb.main']);
    expect(fake.args.get('aws_subnet.a')).toEqual({ vpc_id: 'aws_vpc.main' });
    expect(fake.args.get('aws_lb.main')).toEqual({ subnets: ['aws_subnet.a'] });
  });

  test('runs independent resources side by side', async () => {
    const open = new Set<string>();
    let most = 0;
    const fake = fakeRules(types, {
      apply: async (node, ctx) => {
        most = Math.max(most, open.add(node.address).size);
        await ctx.clock.sleep(1000);
        open.delete(node.address);
        return { id: node.address };
      },
    });
    const { apply, plane } = engineWith(fake);
    const applied = apply([vpc(), address, subnet]);
    await setImmediate();
    expect([...open].sort()).toEqual(['aws_eip.nat_a', 'aws_vpc.main']);
    await plane.clock.advance(1000);
    expect([...open]).toEqual(['aws_subnet.a']);
    await plane.clock.advance(1000);
    await applied;
    expect(most).toBe(2);
  });

  test('of the same Stack again does nothing and says so', async () => {
    const fake = fakeRules(types);
    const { apply, steps, saved } = engineWith(fake);
    await apply(all);
    const before = [fake.calls.length, saved.length];
    steps();
    await apply(all);
    expect([fake.calls.length, saved.length]).toEqual(before);
    expect(steps().sort()).toEqual(all.map(({ type, name }) => `unchanged ${type}.${name}`).sort());
  });

  test('touches what changed alone, with what it answered before', async () => {
    const prior: unknown[] = [];
    const fake = fakeRules(types, { apply: (node, ctx) => (prior.push(ctx.prior), { id: node.address }) });
    const { apply, changed } = engineWith(fake);
    await apply(all);
    fake.calls.length = prior.length = 0;
    await apply([balancer, subnet, vpc('10.1.0.0/16'), address]);
    expect(fake.calls).toEqual(['apply aws_vpc.main']);
    expect(prior).toEqual([{ id: 'aws_vpc.main' }]);
    expect(changed.get('aws_vpc.main')).toBe(true);
  });

  test('in a new process starts everything again, unchanged', async () => {
    const fake = fakeRules(types);
    const first = engineWith(fake);
    await first.apply(all);
    fake.calls.length = 0;
    const second = engineWith(fake, { state: first.engine.state });
    await second.apply(all);
    expect(fake.calls).toHaveLength(all.length);
    expect([...second.changed.values()]).toEqual(all.map(() => false));
    expect(second.engine.state).toEqual(first.engine.state);
  });

  test('gives an inert resource its attributes, and shows it quietly', async () => {
    const rules = { aws_vpc: inert('Nothing runs.', () => ({ id: 'vpc-1' })) };
    const fake = fakeRules(types);
    await engineWith(fake, { rules }).apply([vpc(), subnet]);
    expect(fake.calls).toEqual(['apply aws_subnet.a']);
    expect(fake.args.get('aws_subnet.a')).toEqual({ vpc_id: 'vpc-1' });
  });

  test('refuses a type and a reference that nothing answers', async () => {
    const { apply } = engineWith(fakeRules(['aws_subnet'], { apply: () => ({}) }));
    await expect(apply([vpc()])).rejects.toMatchObject({ code: 'TYPE_NOT_LOCAL' });
    const silent = engineWith(fakeRules(types, { apply: () => ({}) }));
    await expect(silent.apply([vpc(), subnet])).rejects.toMatchObject({
      code: 'REFERENCE_UNRESOLVED',
      path: 'aws_subnet.a',
      message: expect.stringContaining('aws_vpc.main.id') as string,
    });
  });
});

describe('a failure', () => {
  const failing = (...addresses: string[]) =>
    fakeRules(types, {
      apply: (node) => {
        if (addresses.includes(node.address)) throw new Error(`${node.name} is broken`);
        return { id: node.address };
      },
    });

  test('skips what depends on it, and finishes the rest', async () => {
    const fake = failing('aws_subnet.a');
    const { apply, steps, engine } = engineWith(fake);
    await expect(apply(all)).rejects.toMatchObject({
      problems: [{ code: 'LOCAL_APPLY_FAILED', message: 'aws_subnet.a: a is broken', path: 'aws_subnet.a' }],
    });
    expect(steps()).toEqual(
      expect.arrayContaining(['done aws_vpc.main', 'done aws_eip.nat_a', 'failed aws_subnet.a', 'skipped aws_lb.main']),
    );
    expect(Object.keys(engine.state).sort()).toEqual(['aws_eip.nat_a', 'aws_vpc.main']);
  });

  test('of several is told of each, with the room’s own words', async () => {
    const fake = fakeRules(types, {
      apply: ({ address: path }) => {
        throw new LandfallError({ code: 'BROKEN', message: path, fix: 'Mend it.' });
      },
    });
    await expect(engineWith(fake).apply([vpc(), address])).rejects.toMatchObject({
      problems: [
        { code: 'BROKEN', path: 'aws_eip.nat_a' },
        { code: 'BROKEN', path: 'aws_vpc.main' },
      ],
    });
  });

  test('is tried again by the next apply, and what it skipped too; what was done is not', async () => {
    const broken = ['aws_subnet.a'];
    const fake = fakeRules(types, {
      apply: (node) => {
        if (broken.includes(node.address)) throw new Error('broken');
        return { id: node.address };
      },
    });
    const { apply } = engineWith(fake);
    await expect(apply(all)).rejects.toThrow();
    broken.length = fake.calls.length = 0;
    await apply(all);
    expect(fake.calls).toEqual(['apply aws_subnet.a', 'apply aws_lb.main']);
  });

  test('leaves a resource that was there as it was remembered, and removes nothing', async () => {
    const broken: string[] = [];
    const fake = fakeRules(types, {
      apply: (node) => {
        if (broken.includes(node.address)) throw new Error('broken');
        return { id: node.address };
      },
    });
    const { apply, engine } = engineWith(fake);
    await apply(all);
    const { state } = engine;
    broken.push('aws_vpc.main');
    await expect(apply([vpc('10.1.0.0/16')])).rejects.toThrow();
    expect(engine.state).toEqual(state);
  });
});

describe('state', () => {
  test('is saved after each resource', async () => {
    const { apply, saved } = engineWith(fakeRules(types));
    await apply([vpc(), subnet, balancer]);
    expect(saved.map((resources) => Object.keys(resources))).toEqual([
      ['aws_vpc.main'],
      ['aws_vpc.main', 'aws_subnet.a'],
      ['aws_vpc.main', 'aws_subnet.a', 'aws_lb.main'],
    ]);
    expect(saved.at(-1)?.['aws_subnet.a']).toMatchObject({
      type: 'aws_subnet',
      attributes: { id: 'aws_subnet.a' },
      dependencies: ['aws_vpc.main'],
    });
  });

  test('ends as the newest, however long each save takes', async () => {
    let file: readonly string[] = [];
    let saves = 0;
    const plane = createFakePlane();
    const { apply } = engineWith(fakeRules(types), {
      save: async (resources) => {
        const keys = Object.keys(resources);
        saves += 1;
        await plane.clock.sleep(saves === 1 ? 1000 : 10);
        file = keys;
      },
    });
    const applied = apply([vpc(), address]);
    for (let turn = 0; turn < 10; turn += 1) await plane.clock.advance(500);
    await applied;
    expect([...file].sort()).toEqual(['aws_eip.nat_a', 'aws_vpc.main']);
  });

  test('that cannot be saved is a failure of the resource', async () => {
    const { apply } = engineWith(fakeRules(types), { save: () => Promise.reject(new Error('disk full')) });
    await expect(apply([vpc()])).rejects.toThrow('disk full');
  });
});

describe('what is no longer in the Stack', () => {
  test('is destroyed after the rest was applied, users before what they use', async () => {
    const fake = fakeRules(types);
    const { apply, engine, released, plane } = engineWith(fake);
    await apply(all);
    fake.calls.length = 0;
    await apply([address, resource('aws_lb.other', {})]);
    expect(fake.calls).toEqual([
      'apply aws_lb.other',
      'destroy aws_lb.main',
      'destroy aws_subnet.a',
      'destroy aws_vpc.main',
    ]);
    expect(released).toEqual(['aws_lb.main', 'aws_subnet.a', 'aws_vpc.main']);
    expect(Object.keys(engine.state).sort()).toEqual(['aws_eip.nat_a', 'aws_lb.other']);
    expect(plane.registry.attributes.has('aws_vpc.main')).toBe(false);
  });

  test('stays in the state when it cannot be destroyed', async () => {
    const fake = fakeRules(types, {
      destroy: ({ address: path }) => (path === 'aws_lb.main' ? Promise.reject(new Error('busy')) : Promise.resolve()),
    });
    const { apply, engine } = engineWith(fake);
    await apply(all);
    await expect(apply([address])).rejects.toThrow('busy');
    expect(Object.keys(engine.state).sort()).toEqual(['aws_eip.nat_a', 'aws_lb.main']);
  });

  test('is destroyed by a new process too, which knows its type and attributes alone', async () => {
    const asked: unknown[] = [];
    const fake = fakeRules(types, {
      destroy: (node, ctx) => Promise.resolve(void asked.push([node, ctx.prior])),
    });
    const first = engineWith(fake);
    await first.apply([vpc()]);
    await engineWith(fake, { state: first.engine.state }).apply([]);
    expect(asked).toEqual([
      [
        { address: 'aws_vpc.main', type: 'aws_vpc', name: 'main', args: {} },
        { id: 'aws_vpc.main', arn: 'aws_vpc.main' },
      ],
    ]);
  });
});

test('destroy removes everything, users before what they use', async () => {
  const fake = fakeRules(types);
  const { apply, engine, deployOf, saved } = engineWith(fake);
  await apply([vpc(), subnet, balancer]);
  fake.calls.length = 0;
  await engine.destroy(deployOf({}));
  expect(fake.calls).toEqual(['destroy aws_lb.main', 'destroy aws_subnet.a', 'destroy aws_vpc.main']);
  expect(saved.at(-1)).toEqual({});
});

describe('stop', () => {
  test('goes from users to what they use, keeps the state, and a later apply starts all again', async () => {
    const fake = fakeRules(types);
    const { apply, engine, deployOf } = engineWith(fake);
    await apply([vpc(), subnet, balancer]);
    const { state } = engine;
    fake.calls.length = 0;
    await engine.stop(deployOf({}));
    expect(fake.calls).toEqual(['stop aws_lb.main', 'stop aws_subnet.a', 'stop aws_vpc.main']);
    expect(engine.state).toEqual(state);
    fake.calls.length = 0;
    await apply([vpc(), subnet, balancer]);
    expect(fake.calls).toHaveLength(3);
  });

  test('leaves alone what this process never started', async () => {
    const fake = fakeRules(types);
    const first = engineWith(fake);
    await first.apply([vpc()]);
    fake.calls.length = 0;
    const second = engineWith(fake, { state: first.engine.state });
    await second.engine.stop(second.deployOf({}));
    expect(fake.calls).toEqual([]);
  });

  test('goes on when one resource cannot be stopped, and says so in the end', async () => {
    const fake = fakeRules(types, {
      stop: ({ address: path }) => (path === 'aws_lb.main' ? Promise.reject(new Error('stuck')) : Promise.resolve()),
    });
    const { apply, engine, deployOf } = engineWith(fake);
    await apply([vpc(), subnet, balancer]);
    fake.calls.length = 0;
    await expect(engine.stop(deployOf({}))).rejects.toThrow('stuck');
    expect(fake.calls).toEqual(['stop aws_lb.main', 'stop aws_subnet.a', 'stop aws_vpc.main']);
  });
});

test('an interrupted apply starts nothing more, removes nothing, and is a failure', async () => {
  const interrupted = new AbortController();
  const fake = fakeRules(types, {
    apply: (node) => {
      if (node.address === 'aws_subnet.a') interrupted.abort();
      return { id: node.address };
    },
  });
  const { apply, engine, deployOf, steps } = engineWith(fake);
  await apply([address]);
  steps();
  const deploy = deployOf({ resources: [vpc(), subnet, balancer] }, interrupted.signal);
  await expect(engine.apply(deploy)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(steps()).toContain('skipped aws_lb.main');
  expect(Object.keys(engine.state).sort()).toEqual(['aws_eip.nat_a', 'aws_subnet.a', 'aws_vpc.main']);
});

describe('data sources and ephemeral resources', () => {
  const password = ephemeralResource('ephemeral.aws_secretsmanager_random_password.p', { password_length: 8 });
  const version = (wo = 1) =>
    resource('aws_secretsmanager_secret_version.s', {
      secret_id: 's',
      secret_string_wo: ephemeralAttr('ephemeral.aws_secretsmanager_random_password.p', 'random_password'),
      secret_string_wo_version: wo,
    });
  const read = dataSource(
    'data.aws_secretsmanager_secret_version.s',
    { secret_id: 's' },
    { dependsOn: ['aws_secretsmanager_secret_version.s'] },
  );
  const user = resource('aws_vpc.main', {
    cidr_block: dataAttr('data.aws_secretsmanager_secret_version.s', 'secret_string'),
  });
  const stack = { data: [read], ephemeral: [password] };

  function secretive() {
    let made = 0;
    const vault: { value?: unknown } = {};
    const fake = fakeRules(types, {
      apply: ({ address: path, args }): Attributes => {
        if (path === 'aws_secretsmanager_secret_version.s') vault.value = args['secret_string_wo'];
        return { id: path, version: args['secret_string_wo_version'] };
      },
    });
    const readers: Readonly<Record<string, LocalReader>> = {
      'ephemeral.aws_secretsmanager_random_password': () =>
        Promise.resolve({ random_password: `secret-${String((made += 1))}` }),
      'data.aws_secretsmanager_secret_version': () => Promise.resolve({ secret_string: vault.value }),
    };
    return { ...engineWith(fake, { readers }), fake, made: () => made };
  }

  test('are made when something that needs them is applied, and handed on', async () => {
    const { apply, fake, made } = secretive();
    await apply([version(), user], stack);
    expect(fake.args.get('aws_vpc.main')).toEqual({ cidr_block: 'secret-1' });
    await apply([version(), user], stack);
    expect(fake.calls).toHaveLength(2);
    expect(made()).toBe(1);
  });

  test('reach what refers to them when what they depend on was made anew', async () => {
    const { apply, fake } = secretive();
    await apply([version(), user], stack);
    await apply([version(2), user], stack);
    expect(fake.args.get('aws_vpc.main')).toEqual({ cidr_block: 'secret-2' });
  });

  test('leave no value in the state, and a plan from it finds nothing to do', async () => {
    const { apply, engine, fake } = secretive();
    await apply([version(), user], stack);
    expect(JSON.stringify(engine.state)).not.toContain('secret-1');
    const state: LocalState = { version: 1, portBase: 4400, variables: {}, sites: {}, resources: engine.state };
    const plan = planChanges({ ...emptyStack, ...stack, resources: [version(), user] }, {}, state, fake.rules, true);
    expect(new Set(plan.map(({ action }) => action))).toEqual(new Set(['unchanged']));
  });
});
