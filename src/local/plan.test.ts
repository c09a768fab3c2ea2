import { describe, expect, test } from 'vitest';
import { inert, type Attributes, type LocalRule } from '../stack/layer.js';
import { attr, dataAttr, dataSource, resource, variable, type AnyResource, type Stack } from '../stack/stack.js';
import { emptyStack } from '../stack/testing/stack.js';
import { fingerprint } from './evaluate.js';
import { inDestroyOrder, inReferenceOrder, planChanges, versionOfReader } from './plan.js';
import type { LocalState, ResourceState } from './state.js';
import { fakeRules } from './testing/rules.js';

const vpc = (cidr_block = '10.0.0.0/16') => resource('aws_vpc.main', { cidr_block });
const subnet = resource('aws_subnet.a', { vpc_id: attr('aws_vpc.main', 'id') });
const balancer = resource('aws_lb.main', { subnets: [attr('aws_subnet.a', 'id')] });

const stackOf = (resources: readonly AnyResource[], data: Stack['data'] = []): Stack => ({
  ...emptyStack,
  resources,
  data,
});

const types = ['aws_vpc', 'aws_subnet', 'aws_lb', 'aws_secretsmanager_secret', 'aws_ecs_task_definition'];
const { rules } = fakeRules(types);

/** The state that a deploy of these resources leaves; each one's attributes are `id` and `arn`, its address. */
function deployed(stack: Stack, variables: Readonly<Record<string, string>> = {}): LocalState {
  const attributes = new Map<string, Attributes>();
  const versions = new Map<string, string>();
  const versionOf = (address: string) => versions.get(address) ?? '';
  const resources: Record<string, ResourceState> = {};
  for (const [address, node] of inReferenceOrder(stack)) {
    if (address.startsWith('data.')) {
      versions.set(address, versionOfReader(node, { attributes, variables }, versionOf));
      continue;
    }
    const hash = fingerprint(node, { attributes, variables }, versionOf);
    attributes.set(address, { id: address, arn: address });
    resources[address] = { type: node.type, hash, attributes: { id: address, arn: address }, dependencies: [] };
  }
  return { version: 1, portBase: 4400, variables, sites: {}, resources };
}

function actions(
  stack: Stack,
  state: LocalState | undefined,
  { running = true, given = rules, variables = {} }: Options = {},
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    planChanges(stack, variables, state, given, running).map(({ address, action }) => [address, action]),
  );
}
interface Options {
  readonly running?: boolean;
  readonly given?: Readonly<Record<string, LocalRule>>;
  readonly variables?: Readonly<Record<string, string>>;
}

describe('planChanges', () => {
  const before = deployed(stackOf([vpc(), subnet, balancer]));

  test('creates everything when there is no state', () => {
    expect(actions(stackOf([vpc(), subnet]), undefined)).toEqual({
      'aws_subnet.a': 'create',
      'aws_vpc.main': 'create',
    });
  });

  test('changes nothing when nothing changed', () => {
    expect(new Set(Object.values(actions(stackOf([balancer, subnet, vpc()]), before)))).toEqual(new Set(['unchanged']));
  });

  test('updates what changed, and what refers to it stays when its attributes do', () => {
    expect(actions(stackOf([vpc('10.1.0.0/16'), subnet, balancer]), before)).toEqual({
      'aws_vpc.main': 'update',
      'aws_subnet.a': 'unchanged',
      'aws_lb.main': 'unchanged',
    });
  });

  test('updates what refers to a replaced resource, whose attributes will be others', () => {
    const { rules: replacing } = fakeRules(['aws_vpc'], { replaced: true });
    expect(
      actions(stackOf([vpc('10.1.0.0/16'), subnet, balancer]), before, { given: { ...rules, ...replacing } }),
    ).toEqual({ 'aws_vpc.main': 'replace', 'aws_subnet.a': 'update', 'aws_lb.main': 'unchanged' });
  });

  test('updates what starts to refer to a new resource', () => {
    const other = resource('aws_subnet.b', { vpc_id: attr('aws_vpc.main', 'id') });
    const wider = resource('aws_lb.main', { subnets: [attr('aws_subnet.a', 'id'), attr('aws_subnet.b', 'id')] });
    expect(actions(stackOf([vpc(), subnet, other, wider]), before)).toEqual({
      'aws_vpc.main': 'unchanged',
      'aws_subnet.a': 'unchanged',
      'aws_subnet.b': 'create',
      'aws_lb.main': 'update',
    });
  });

  test('starts what is unchanged when the plane does not run; what is inert does not start', () => {
    expect(
      actions(stackOf([vpc(), subnet, balancer]), before, {
        running: false,
        given: { ...rules, aws_subnet: inert('Nothing to start.') },
      }),
    ).toEqual({ 'aws_vpc.main': 'start', 'aws_subnet.a': 'unchanged', 'aws_lb.main': 'start' });
  });

  test('deletes what is no longer in the Stack', () => {
    expect(actions(stackOf([vpc()]), before)).toEqual({
      'aws_vpc.main': 'unchanged',
      'aws_subnet.a': 'delete',
      'aws_lb.main': 'delete',
    });
  });

  test('a variable with another value updates what uses it alone', () => {
    const task = resource('aws_ecs_task_definition.a', { family: 'a', container_definitions: variable('image') });
    const stack = stackOf([vpc(), task]);
    expect(actions(stack, deployed(stack, { image: '1' }), { variables: { image: '2' } })).toEqual({
      'aws_vpc.main': 'unchanged',
      'aws_ecs_task_definition.a': 'update',
    });
  });

  test('shows no data source, and reaches through one to what it reads', () => {
    const { rules: replacing } = fakeRules(['aws_secretsmanager_secret'], { replaced: true });
    const secret = (name: string) => resource('aws_secretsmanager_secret.s', { name });
    const read = dataSource('data.aws_secretsmanager_secret_version.s', {
      secret_id: attr('aws_secretsmanager_secret.s', 'id'),
    });
    const user = resource('aws_vpc.main', {
      cidr_block: dataAttr('data.aws_secretsmanager_secret_version.s', 'secret_string'),
    });
    const given = { ...rules, ...replacing };
    const first = stackOf([secret('a'), user], [read]);
    expect(actions(first, deployed(first), { given })).toEqual({
      'aws_secretsmanager_secret.s': 'unchanged',
      'aws_vpc.main': 'unchanged',
    });
    const changed = actions(stackOf([secret('b'), user], [read]), deployed(first), { given });
    expect(changed).toEqual({ 'aws_secretsmanager_secret.s': 'replace', 'aws_vpc.main': 'update' });
  });
});

describe('orders', () => {
  test('for apply put each after those it refers to and depends on', () => {
    const last = resource('aws_vpc.a', {}, { dependsOn: ['aws_lb.main'] });
    expect(inReferenceOrder(stackOf([last, balancer, subnet, vpc()])).map(([address]) => address)).toEqual([
      'aws_vpc.main',
      'aws_subnet.a',
      'aws_lb.main',
      'aws_vpc.a',
    ]);
  });

  test('do not depend on the order in the Stack', () => {
    const order = (...resources: AnyResource[]) => inReferenceOrder(stackOf(resources)).map(([address]) => address);
    expect(order(vpc(), subnet, balancer)).toEqual(order(balancer, vpc(), subnet));
  });

  test('of references in a circle are an error', () => {
    const a = resource('aws_vpc.a', {}, { dependsOn: ['aws_vpc.b'] });
    const b = resource('aws_vpc.b', {}, { dependsOn: ['aws_vpc.a'] });
    expect(() => inReferenceOrder(stackOf([a, b]))).toThrow('References form a circle at aws_vpc.a.');
  });

  test('for destroy put each before those it needs', () => {
    const entry = (...dependencies: string[]): ResourceState => ({ type: 'x', hash: '', attributes: {}, dependencies });
    const order = inDestroyOrder({
      'aws_vpc.main': entry(),
      'aws_lb.main': entry('aws_subnet.a'),
      'aws_subnet.a': entry('aws_vpc.main', 'aws_gone.x'),
      'aws_subnet.b': entry('aws_vpc.main'),
    });
    expect(order).toEqual(['aws_subnet.b', 'aws_lb.main', 'aws_subnet.a', 'aws_vpc.main']);
  });
});
