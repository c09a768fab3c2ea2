import { describe, expect, test } from 'vitest';
import { attr, dataAttr, dataSource, ephemeralAttr, ephemeralResource, resource } from './stack.js';
import { emptyStack } from './testing/stack.js';
import { viewOf } from './view.js';

const zones = dataSource('data.aws_availability_zones.available', {});
const password = ephemeralResource('ephemeral.aws_secretsmanager_random_password.x', {});
const vpc = resource('aws_vpc.main', { cidr_block: '10.0.0.0/16' });
const subnet = (letter: 'a' | 'b') =>
  resource(`aws_subnet.${letter}`, {
    vpc_id: attr('aws_vpc.main', 'id'),
    availability_zone: dataAttr('data.aws_availability_zones.available', 'names', letter === 'a' ? 0 : 1),
  });
const version = resource('aws_secretsmanager_secret_version.x', {
  secret_id: 'x',
  secret_string_wo: ephemeralAttr('ephemeral.aws_secretsmanager_random_password.x', 'random_password'),
});
const view = viewOf({
  ...emptyStack,
  resources: [vpc, subnet('b'), subnet('a'), version],
  data: [zones],
  ephemeral: [password],
});

test('get finds a resource with its type', () => {
  expect(view.get('aws_vpc.main')?.args.cidr_block).toBe('10.0.0.0/16');
  expect(view.get('aws_vpc.other')).toBeUndefined();
});

test('all gives every resource of one type, in the Stack’s order', () => {
  expect(view.all('aws_subnet').map(({ name }) => name)).toEqual(['b', 'a']);
  expect(view.all('aws_lb')).toEqual([]);
});

describe('referrers', () => {
  test('are the addresses that refer to a node, sorted', () => {
    expect(view.referrers('aws_vpc.main')).toEqual(['aws_subnet.a', 'aws_subnet.b']);
    expect(view.referrers('aws_subnet.a')).toEqual([]);
  });

  test('of data sources and ephemeral resources are known too', () => {
    expect(view.referrers('data.aws_availability_zones.available')).toEqual(['aws_subnet.a', 'aws_subnet.b']);
    expect(view.referrers('ephemeral.aws_secretsmanager_random_password.x')).toEqual([
      'aws_secretsmanager_secret_version.x',
    ]);
  });
});

test('nodes tells resources, data sources and ephemeral resources of one name apart', () => {
  expect([...view.nodes.keys()].sort()).toEqual([
    'aws_secretsmanager_secret_version.x',
    'aws_subnet.a',
    'aws_subnet.b',
    'aws_vpc.main',
    'data.aws_availability_zones.available',
    'ephemeral.aws_secretsmanager_random_password.x',
  ]);
  expect(view.nodes.get('data.aws_availability_zones.available')).toBe(zones);
});
