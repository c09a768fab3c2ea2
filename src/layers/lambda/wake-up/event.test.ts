import { describe, expect, test } from 'vitest';
import { isFromLoadBalancer, readScheduled, servicesOf } from './event.js';

describe('a scheduled event', () => {
  test('names its action and, if it likes, services', () => {
    expect(readScheduled({ action: 'wake' })).toEqual({ action: 'wake', services: undefined });
    expect(readScheduled({ action: 'sleep', services: ['a', 'b', 'a'] })).toEqual({
      action: 'sleep',
      services: ['a', 'b'],
    });
  });

  test.each([undefined, null, 'wake', {}, { action: 'stop' }, { Records: [] }, { requestContext: { http: {} } }])(
    'is refused when it is %j',
    (event) => {
      expect(isFromLoadBalancer(event)).toBe(false);
      expect(() => readScheduled(event)).toThrow(
        'neither a load balancer’s request nor { "action": "wake" | "sleep" }',
      );
    },
  );
});

describe('the services of a request', () => {
  test.each([
    [{ body: '' }, undefined],
    [{ body: '{}', queryStringParameters: {} }, undefined],
    [{ queryStringParameters: { services: 'a%2Cb,c' } }, ['a', 'b', 'c']],
    [{ body: '{"services":["a"]}', isBase64Encoded: false }, ['a']],
    [{ body: Buffer.from('{"services":["a"]}').toString('base64'), isBase64Encoded: true }, ['a']],
  ])('of %j are %j', (request, services) => {
    expect(servicesOf(request)).toEqual(services);
  });

  test.each([
    { queryStringParameters: { services: '' } },
    { queryStringParameters: { services: '%' } },
    { body: '{"services":[]}' },
    { body: '{"services":"a"}' },
    { body: '{"services":["a/../b"]}' },
    { body: 'services=a' },
  ])('are refused in %j', (request) => {
    expect(() => servicesOf(request)).toThrow(/is not a list of names|cannot be decoded|is not JSON/);
  });
});
