import { describe, expect, expectTypeOf, test } from 'vitest';
import { template } from './expr.js';
import {
  addressOf,
  attr,
  attrPath,
  dataAttr,
  dataSource,
  dependenciesOf,
  ephemeralAttr,
  ephemeralResource,
  resource,
  targetOf,
  variable,
} from './stack.js';

describe('addresses', () => {
  test('of a node stand as Terraform writes them in depends_on', () => {
    const node = { type: 'aws_lb', name: 'main' };
    expect(addressOf('resource', node)).toBe('aws_lb.main');
    expect(addressOf('data', node)).toBe('data.aws_lb.main');
    expect(addressOf('ephemeral', node)).toBe('ephemeral.aws_lb.main');
  });

  test('split into type and name', () => {
    expect(resource('aws_lb.main', {})).toEqual({ type: 'aws_lb', name: 'main', args: {} });
    expect(dataSource('data.aws_caller_identity.current', {})).toMatchObject({
      type: 'aws_caller_identity',
      name: 'current',
    });
    expect(ephemeralResource('ephemeral.aws_secretsmanager_random_password.x__Y', {})).toMatchObject({
      type: 'aws_secretsmanager_random_password',
      name: 'x__Y',
    });
  });

  test('are what references lead to; a variable has none', () => {
    const targets = [
      attr('aws_lb.main', 'arn'),
      attrPath('aws_db_instance.main', 'master_user_secret', 0, 'secret_arn'),
      dataAttr('data.aws_availability_zones.available', 'names', 0),
      ephemeralAttr('ephemeral.aws_secretsmanager_random_password.x', 'random_password'),
      variable('image'),
    ].flatMap(({ references }) => references.map(targetOf));
    expect(targets).toEqual([
      'aws_lb.main',
      'aws_db_instance.main',
      'data.aws_availability_zones.available',
      'ephemeral.aws_secretsmanager_random_password.x',
      undefined,
    ]);
  });
});

test('a node needs what it refers to and what it depends on, each once, sorted', () => {
  const listener = resource(
    'aws_lb_listener.https',
    {
      load_balancer_arn: attr('aws_lb.main', 'arn'),
      certificate_arn: template`${attr('aws_acm_certificate.api', 'arn')}${variable('suffix')}`,
      default_action: [{ type: 'forward', target_group_arn: attr('aws_lb.main', 'arn') }],
    },
    { dependsOn: ['aws_vpc.main', 'aws_lb.main'] },
  );
  expect(dependenciesOf(listener)).toEqual(['aws_acm_certificate.api', 'aws_lb.main', 'aws_vpc.main']);
});

describe('the compiler knows the provider', () => {
  const vpc_id = attr('aws_vpc.main', 'id');

  test('an unknown attribute, type or data source does not compile', () => {
    // @ts-expect-error a load balancer has no dns_names
    attr('aws_lb.main', 'dns_names');
    // @ts-expect-error no such type
    attr('aws_lbs.main', 'arn');
    // @ts-expect-error a resource is no data source
    dataAttr('data.aws_lb.main', 'arn');
    // @ts-expect-error an ephemeral value is no attribute of a resource
    ephemeralAttr('aws_secretsmanager_random_password.x', 'random_password');
  });

  test('an unknown argument does not compile, at any depth', () => {
    // @ts-expect-error cidr is not an argument
    resource('aws_subnet.a', { vpc_id, cidr: '10.0.0.0/24' });
    resource('aws_lb_listener_rule.a', {
      listener_arn: 'x',
      // @ts-expect-error a condition has no host
      condition: [{ host: [{ values: ['a'] }] }],
      action: [{ type: 'forward' }],
    });
  });

  test('a missing required argument does not compile', () => {
    // @ts-expect-error vpc_id is missing
    resource('aws_subnet.a', { cidr_block: '10.0.0.0/24' });
    // @ts-expect-error a rule has at least one condition block
    resource('aws_lb_listener_rule.a', { listener_arn: 'x', action: [{ type: 'forward' }] });
  });

  test('a value or a reference of another type does not compile', () => {
    // @ts-expect-error a number where text is needed
    resource('aws_subnet.a', { vpc_id, cidr_block: 10 });
    // @ts-expect-error text where a number is needed
    resource('aws_db_instance.a', { instance_class: 'db.t3.micro', port: attr('aws_lb.main', 'arn') });
    // @ts-expect-error a list where one value is needed
    resource('aws_subnet.a', { vpc_id: [vpc_id] });
  });

  test('an attribute has the provider’s type', () => {
    expectTypeOf(attr('aws_vpc.main', 'id')).toEqualTypeOf(template``);
    expectTypeOf(attr('aws_db_instance.main', 'port')).not.toEqualTypeOf(template``);
  });
});
