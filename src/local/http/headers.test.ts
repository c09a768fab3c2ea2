import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HeaderPair } from '../contract/http.js';
import { allValues, endToEnd, header, pairs, withAppended, withHeader, without } from './headers.js';

const headers: readonly HeaderPair[] = [
  ['Host', 'h'],
  ['X-A', '1'],
  ['Accept', '*/*'],
  ['x-a', '2'],
];

test('reads whatever the spelling', () => {
  expect([header(headers, 'x-A'), header(headers, 'none')]).toEqual(['1', undefined]);
  expect(allValues(headers, 'X-a')).toEqual(['1', '2']);
});

test('changes keep the order of the rest', () => {
  expect(without(headers, 'x-a', 'HOST')).toEqual([['Accept', '*/*']]);
  expect(withHeader(headers, 'X-a', '3')).toEqual([
    ['Host', 'h'],
    ['X-a', '3'],
    ['Accept', '*/*'],
  ]);
  expect(withHeader(headers, 'New', '1').at(-1)).toEqual(['New', '1']);
  expect(withAppended(headers, 'X-A', '3').at(-1)).toEqual(['X-A', '3']);
});

test('drops hop-by-hop fields and those that Connection names, but never what frames or routes', () => {
  const received = pairs(
    [
      'Connection',
      'close, X-Hop',
      'X-Hop',
      '1',
      'Transfer-Encoding',
      'chunked',
      'Upgrade',
      'h2c',
      'TE',
      'trailers',
    ].concat([
      'connection',
      'Host, Content-Length',
      'Host',
      'h',
      'Content-Length',
      '1',
      'X-Keep',
      '1',
      'Proxy-Connection',
      'x',
    ]),
  );
  expect(endToEnd(received).map(([name]) => name)).toEqual(['Host', 'Content-Length', 'X-Keep']);
});

test('a header that was set is the only one of its name', () => {
  const pair = fc.tuple(fc.constantFrom('a', 'A', 'b', 'Bc'), fc.string());
  fc.assert(
    fc.property(fc.array(pair), fc.constantFrom('a', 'B', 'bC'), (list, name) => {
      const changed = withHeader(list, name, 'new');
      expect(allValues(changed, name)).toEqual(['new']);
      expect(without(changed, name)).toEqual(without(list, name));
    }),
  );
});
