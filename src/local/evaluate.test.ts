import { describe, expect, test } from 'vitest';
import { template } from '../stack/expr.js';
import type { Attributes } from '../stack/layer.js';
import {
  attr,
  attrPath,
  dataAttr,
  ephemeralAttr,
  resource,
  variable,
  type Lifecycle,
  type StackNode,
} from '../stack/stack.js';
import { referencePath } from '../stack/terraform-json.js';
import { evaluate, fingerprint, type Values } from './evaluate.js';

const valuesOf = (
  attributes: Readonly<Record<string, Attributes>>,
  variables: Readonly<Record<string, string>> = {},
): Values => ({ attributes: new Map(Object.entries(attributes)), variables });

const values = valuesOf(
  {
    'aws_lb.main': { arn: 'arn:lb', dns_name: 'lb.example', subnets: ['a', 'b'], none: null },
    'aws_db_instance.main': { port: 5432, master_user_secret: [{ secret_arn: 'arn:secret' }] },
    'aws_acm_certificate.api': {
      domain_validation_options: [
        { resource_record_name: '_x.example', values: ['1', '2'] },
        { resource_record_name: '_y.example', values: ['3'] },
      ],
    },
    'data.aws_availability_zones.available': { names: ['eu-central-1a', 'eu-central-1b'] },
  },
  { image: 'sha256:1' },
);
const unknown = () => 'unknown';

describe('evaluate', () => {
  test('keeps literals, and the type of a reference that stands alone', () => {
    expect(
      evaluate({ a: [1, true, null, '${x}'], port: attr('aws_db_instance.main', 'port') }, values, unknown),
    ).toEqual({ a: [1, true, null, '${x}'], port: 5432 });
  });

  test('joins references and text', () => {
    const url = template`${attr('aws_lb.main', 'dns_name')}:${attr('aws_db_instance.main', 'port')}/${variable('image')}`;
    expect(evaluate(url, values, unknown)).toBe('lb.example:5432/sha256:1');
  });

  test('follows indices', () => {
    const secret = attrPath('aws_db_instance.main', 'master_user_secret', 0, 'secret_arn');
    expect(evaluate(secret, values, unknown)).toBe('arn:secret');
    expect(evaluate(dataAttr('data.aws_availability_zones.available', 'names', 1), values, unknown)).toBe(
      'eu-central-1b',
    );
  });

  test('maps the splat’s names over a list, and takes an index of the result', () => {
    const all = (...path: readonly (string | number)[]) =>
      evaluate(attrPath('aws_acm_certificate.api', 'domain_validation_options', '*', ...path), values, unknown);
    expect(all('resource_record_name')).toEqual(['_x.example', '_y.example']);
    expect(all('resource_record_name', 1)).toBe('_y.example');
  });

  test('asks what to put for each reference that cannot be resolved', () => {
    const asked: string[] = [];
    const ask = (reference: Parameters<typeof referencePath>[0]) => {
      asked.push(referencePath(reference));
      return '?';
    };
    const args = {
      a: attr('aws_vpc.main', 'id'),
      b: template`x-${attrPath('aws_lb.main', 'subnets', 7)}`,
      c: variable('other'),
      d: attrPath('aws_lb.main', 'arn', '*', 'x'),
    };
    expect(evaluate(args, values, ask)).toEqual({ a: '?', b: 'x-?', c: '?', d: '?' });
    expect(asked).toEqual(['aws_vpc.main.id', 'aws_lb.main.subnets[7]', 'var.other', 'aws_lb.main.arn.*.x']);
  });

  test('does not read a value that looks like an expression', () => {
    const tricky = valuesOf({ 'aws_lb.main': { arn: '${aws_lb.main.dns_name}' } });
    expect(evaluate(attr('aws_lb.main', 'arn'), tricky, unknown)).toBe('${aws_lb.main.dns_name}');
  });
});

describe('fingerprint', () => {
  const versions: Record<string, string> = {};
  const hash = (node: StackNode, given = values) => fingerprint(node, given, (address) => versions[address] ?? '');
  const database = (args: object, lifecycle?: Lifecycle) =>
    resource(
      'aws_db_instance.main',
      { instance_class: 'db.t3.micro', ...args },
      lifecycle === undefined ? {} : { lifecycle },
    );

  test('is the same for permuted arguments, and another for another value', () => {
    const a = hash(database({ engine: 'postgres', tags: { a: '1', b: '2' } }));
    expect(hash(database({ tags: { b: '2', a: '1' }, engine: 'postgres' }))).toBe(a);
    expect(hash(database({ tags: { a: '1', b: '3' }, engine: 'postgres' }))).not.toBe(a);
  });

  test('changes with the value behind a reference to a resource or a variable', () => {
    const rule = resource('aws_lb_target_group.a', { name: attr('aws_lb.main', 'arn') });
    expect(hash(rule, valuesOf({ 'aws_lb.main': { arn: 'other' } }))).not.toBe(hash(rule));
    const task = resource('aws_ecs_task_definition.a', { family: 'a', container_definitions: variable('image') });
    expect(hash(task, valuesOf({}, { image: 'sha256:2' }))).not.toBe(hash(task));
  });

  test('ignores write-only arguments, whose value is never remembered', () => {
    expect(hash(database({ password_wo: 'one' }))).toBe(hash(database({ password_wo: 'two' })));
    expect(hash(database({ password_wo_version: 1 }))).not.toBe(hash(database({ password_wo_version: 2 })));
  });

  test('ignores what lifecycle says to ignore, and that alone', () => {
    const lifecycle = { ignore_changes: ['allocated_storage'] };
    const a = hash(database({ allocated_storage: 20 }, lifecycle));
    expect(hash(database({ allocated_storage: 30 }, lifecycle))).toBe(a);
    expect(hash(database({ allocated_storage: 20, engine: 'postgres' }, lifecycle))).not.toBe(a);
  });

  test('needs no value of a data source or an ephemeral resource: their version stands for it', () => {
    const rule = resource('aws_lb_target_group.a', {
      name: dataAttr('data.aws_secretsmanager_secret_version.v', 'secret_string'),
      path: ephemeralAttr('ephemeral.aws_secretsmanager_random_password.p', 'random_password'),
    } as object);
    const secret = (value: string) =>
      valuesOf({ 'data.aws_secretsmanager_secret_version.v': { secret_string: value } });
    const before = hash(rule, secret('one'));
    expect(hash(rule, secret('two'))).toBe(before);
    versions['data.aws_secretsmanager_secret_version.v'] = '2';
    expect(hash(rule, secret('one'))).not.toBe(before);
  });
});
