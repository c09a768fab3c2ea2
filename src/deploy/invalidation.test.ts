import { expect, test } from 'vitest';
import { invalidationPaths } from './invalidation.js';

test('names the root beside index.html, and each path once', () => {
  expect(invalidationPaths(['robots.txt', 'index.html', 'robots.txt'])).toEqual(['/', '/index.html', '/robots.txt']);
});

test('encodes what a path cannot hold, and never makes a wildcard', () => {
  expect(invalidationPaths(['images/über uns.png', 'all*'])).toEqual(['/all%2A', '/images/%C3%BCber%20uns.png']);
});

test('names nothing when nothing changed', () => {
  expect(invalidationPaths([])).toEqual([]);
});
