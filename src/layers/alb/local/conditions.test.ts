import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeRequest, type FakeRequest } from '../../../local/testing/fake-request.js';
import { compileCondition, conditionSchema, RequestFacts, wildcard } from './conditions.js';

const holds = (condition: object, request: FakeRequest): boolean =>
  compileCondition(conditionSchema.parse(condition))(new RequestFacts(fakeRequest(request)));

describe('wildcard', () => {
  const literal = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[*?]/g, ''));

  it('takes every other character as itself', () => {
    fc.assert(
      fc.property(literal, literal, (pattern, text) => {
        expect(wildcard(pattern, '').test(text)).toBe(pattern === text);
      }),
    );
    fc.assert(fc.property(literal, (text) => wildcard(text, '').test(text)));
  });

  it('lets * stand for any text and ? for one character', () => {
    const piece = fc.string();
    fc.assert(
      fc.property(fc.array(literal, { minLength: 1 }), piece, (pieces, filler) => {
        expect(wildcard(pieces.join('*'), '').test(pieces.join(filler))).toBe(true);
      }),
    );
    fc.assert(
      fc.property(literal, literal, fc.string({ minLength: 1, maxLength: 1 }), (before, after, one) => {
        expect(wildcard(`${before}?${after}`, '').test(before + one + after)).toBe(true);
        expect(wildcard(`${before}?${after}`, '').test(before + after)).toBe(false);
      }),
    );
  });
});

describe('conditions', () => {
  it('compare the host without its port and whatever its case', () => {
    const condition = { host_header: [{ values: ['*.Example.com', 'offers.internal'] }] };
    expect(holds(condition, { host: 'API.example.com:8443' })).toBe(true);
    expect(holds(condition, { host: 'offers.internal' })).toBe(true);
    expect(holds(condition, { host: 'example.com' })).toBe(false);
  });

  it('compare the path in its case and without the query', () => {
    const condition = { path_pattern: [{ values: ['/auth/.well-known/*'] }] };
    expect(holds(condition, { target: '/auth/.well-known/openid-configuration?x=1' })).toBe(true);
    expect(holds(condition, { target: '/Auth/.well-known/openid-configuration' })).toBe(false);
    expect(holds(condition, { target: '/x?y=/auth/.well-known/z' })).toBe(false);
    expect(holds(condition, { target: '/auth/xwell-known/z' })).toBe(false);
  });

  it('compare a header’s name and value whatever their case', () => {
    const condition = { http_header: [{ http_header_name: 'X-Origin-Verify', values: ['abc123'] }] };
    expect(holds(condition, { headers: [['x-origin-verify', 'ABC123']] })).toBe(true);
    expect(holds(condition, { headers: [['X-Origin-Verify', 'abc1234']] })).toBe(false);
    expect(holds(condition, {})).toBe(false);
  });

  it('compare method, query and source address', () => {
    expect(holds({ http_request_method: [{ values: ['GET', 'HEAD'] }] }, { method: 'POST' })).toBe(false);
    const query = { query_string: [{ key: 'version', value: 'v1*' }, { value: 'debug' }] };
    expect(holds(query, { target: '/?a=b&Version=V1.2' })).toBe(true);
    expect(holds(query, { target: '/?x=debug' })).toBe(true);
    expect(holds(query, { target: '/?version=2' })).toBe(false);
    const source = { source_ip: [{ values: ['198.51.100.0/24', '2001:db8::/32'] }] };
    expect(holds(source, { peer: { address: '198.51.100.7', port: 1 } })).toBe(true);
    expect(holds(source, { peer: { address: '2001:db8::1', port: 1 } })).toBe(true);
    expect(holds(source, { peer: { address: '127.0.0.1', port: 1 } })).toBe(false);
  });

  it('refuse a condition of no known kind, so that it never matches everything', () => {
    expect(conditionSchema.safeParse({ cookie: [{ values: ['a'] }] }).success).toBe(false);
  });
});
