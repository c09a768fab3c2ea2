import { expect, it } from 'vitest';
import { normalPath, upstreamTarget } from './paths.js';

it.each([
  ['/', '/'],
  ['*', '*'],
  ['/offers/1', '/offers/1'],
  ['/b/../a/x', '/a/x'],
  ['/b/%2e%2E/a', '/a'],
  ['/../../a', '/a'],
  ['/a/./b/.', '/a/b/'],
  ['/a/..', '/'],
  ['//a///b//', '/a/b/'],
  ['/%61/%2Fx%3a', '/a/%2Fx%3A'],
  ['/a/...', '/a/...'],
  ['/a/%zz', '/a/%zz'],
])('%s is %s to the router', (path, normal) => {
  expect(normalPath(path)).toBe(normal);
});

it('sends on what is safe in a message, with the query as it came', () => {
  expect(upstreamTarget('/a/%20%c5%BE/../%C5%be?x=/../%20&y')).toBe('/a/%C5%BE?x=/../%20&y');
});
