import { describe, expect, test } from 'vitest';
import { Registry } from './registry.js';
import { recording } from './testing/fake-request.js';

const [first, second] = [recording(), recording()];

describe('capabilities', () => {
  test('are found by address and kind; a later one replaces the earlier', () => {
    const registry = new Registry();
    registry.provide('aws_lb.main', 'handler', first);
    registry.provide('aws_lb.main', 'handler', second);
    expect(registry.connect('aws_lb.main', 'handler')).toBe(second);
  });

  test('that are not there are an error with the address', () => {
    const registry = new Registry();
    registry.provide('aws_lb.main', 'handler', first);
    const missing = expect.objectContaining({ code: 'NOT_PROVIDED', path: 'aws_lb.main' }) as Error;
    expect(() => registry.connect('aws_lb.main', 'bucket')).toThrow(missing);
    expect(() => registry.connect('aws_lb.other', 'handler')).toThrow('aws_lb.other offers no handler');
  });

  test('of one kind are listed, sorted', () => {
    const registry = new Registry();
    for (const address of ['aws_lb.b', 'aws_lb.a']) registry.provide(address, 'handler', first);
    expect(registry.providers('handler')).toEqual(['aws_lb.a', 'aws_lb.b']);
    expect(registry.providers('bucket')).toEqual([]);
  });
});

describe('names', () => {
  test('lead to what listens on that port, whatever their spelling', () => {
    const registry = new Registry();
    registry.publish('aws_lb.main', 'LB.example', 443, first);
    registry.publish('aws_lb.main', 'lb.example', 80, second);
    expect(registry.reach('lb.EXAMPLE', 443)).toBe(first);
    expect(registry.reach('lb.example', 80)).toBe(second);
    expect(registry.reach('lb.example', 8443)).toBeUndefined();
  });

  test('follow aliases, chains of them too', () => {
    const registry = new Registry();
    registry.publish('aws_lb.main', 'lb.example', 443, first);
    registry.alias('aws_route53_record.a', 'API.example', 'edge.example');
    registry.alias('aws_route53_record.b', 'edge.example', 'LB.example');
    expect(registry.reach('api.example', 443)).toBe(first);
    expect(registry.reach('nowhere.example', 443)).toBeUndefined();
  });

  test('in a circle lead nowhere, and end', () => {
    const registry = new Registry();
    registry.alias('aws_route53_record.a', 'a', 'b');
    registry.alias('aws_route53_record.b', 'b', 'a');
    expect(registry.reach('a', 443)).toBeUndefined();
  });
});

test('an address is found by an attribute', () => {
  const registry = new Registry();
  registry.remember('aws_lb.main', { arn: 'arn:lb' });
  expect(registry.addressOf('arn', 'arn:lb')).toBe('aws_lb.main');
  expect(registry.addressOf('arn', 'arn:other')).toBeUndefined();
});

test('all lists the applied resources of exactly one type, sorted', () => {
  const registry = new Registry();
  for (const address of ['aws_lb.b', 'aws_lb_listener.x', 'aws_lb.a']) {
    registry.applied.set(address, { address, type: '', name: '', args: {} });
  }
  expect(registry.all('aws_lb')).toEqual(['aws_lb.a', 'aws_lb.b']);
});

test('forget takes out all that an address offered, and nothing of others', () => {
  const registry = new Registry();
  for (const address of ['aws_lb.a', 'aws_lb.b']) {
    registry.provide(address, 'handler', first);
    registry.publish(address, `${address}.example`, 443, first);
    registry.alias(address, `alias.${address}`, `${address}.example`);
    registry.remember(address, { id: address });
    registry.applied.set(address, { address, type: 'aws_lb', name: '', args: {} });
  }
  const { generation } = registry;
  registry.forget('aws_lb.a');
  expect(registry.generation).toBeGreaterThan(generation);
  expect(registry.providers('handler')).toEqual(['aws_lb.b']);
  expect([...registry.attributes.keys()]).toEqual(['aws_lb.b']);
  expect(registry.all('aws_lb')).toEqual(['aws_lb.b']);
  const reached = ['aws_lb.a.example', 'alias.aws_lb.a', 'aws_lb.b.example', 'alias.aws_lb.b'].map((name) =>
    registry.reach(name, 443),
  );
  expect(reached).toEqual([undefined, undefined, first, first]);
});

test('forget leaves a name to the one who took it over', () => {
  const registry = new Registry();
  registry.publish('aws_lb.a', 'lb.example', 443, first);
  registry.publish('aws_lb.b', 'lb.example', 443, second);
  registry.forget('aws_lb.a');
  expect(registry.reach('lb.example', 443)).toBe(second);
});
