import { expect, test } from 'vitest';
import { publicOrigin } from './public-origin.js';

test('keeps the host and port of the caller', () => {
  expect(publicOrigin({ host: 'alb.shop.local:8080' }, 'http')).toBe('http://alb.shop.local:8080');
});

test('takes the protocol of the proxy nearest to the client', () => {
  expect(publicOrigin({ host: 'api.example.com', 'x-forwarded-proto': 'https, http' }, 'http')).toBe(
    'https://api.example.com',
  );
  expect(publicOrigin({ host: 'api.example.com', 'x-forwarded-proto': 'gopher' }, 'http')).toBe(
    'http://api.example.com',
  );
});

test('refuses a host that is more than a host', () => {
  expect(publicOrigin({ host: 'evil.example/path' }, 'http')).toBeUndefined();
  expect(publicOrigin({ host: 'user@evil.example' }, 'http')).toBeUndefined();
  expect(publicOrigin({}, 'http')).toBeUndefined();
});
