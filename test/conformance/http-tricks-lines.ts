import { secret } from './http-tricks-chain.js';
import { hidden, last, message, pages, type Trick } from './http-tricks-rows.js';

const raw = (
  name: string,
  bytes: string,
  reach: 0 | 1,
  status?: number,
  source: string = pages.requestLine,
): Trick => ({
  name,
  source,
  bytes,
  reach,
  ...(status !== undefined && { status }),
});

const verify = `X-Origin-Verify: ${secret}\r\n`;
const host = (lines: string) => last('', { host: lines });

const hosts: readonly Trick[] = [
  raw('refuses two hosts', host('Host: api.shop.localhost\r\nHost: admin.internal\r\n'), 0, 400),
  raw('refuses two hosts in different spellings', host('Host: api.shop.localhost\r\nhOsT: admin.internal\r\n'), 0, 400),
  raw('refuses two hosts that are equal', host('Host: a.example\r\nHost: a.example\r\n'), 0, 400),
  raw('refuses a request without a host', host(''), 0, 400),
  raw('refuses a host with a user', host('Host: admin@admin.internal\r\n'), 0, 400),
  raw('refuses a host with a path', host('Host: admin.internal/admin\r\n'), 0, 400),
  raw('refuses a host with a space', host('Host: api.shop.localhost admin.internal\r\n'), 0, 400),
  raw('refuses a space before the colon of Host', host('Host : admin.internal\r\n'), 0, 400),
  raw('does not go by an internal host from outside', host('Host: admin.internal\r\n'), 1, 200, pages.conditions),
  raw('does not go by X-Forwarded-Host', last('X-Forwarded-Host: admin.internal\r\n'), 1, 200, pages.conditions),
  raw('does not go by an absolute target’s host', last('', { target: 'http://admin.internal/offers' }), 1, 200),
  raw('refuses an absolute target with a user', last('', { target: 'http://x@admin.internal/offers' }), 0, 400),
  raw('refuses an absolute target of another scheme', last('', { target: 'ftp://admin.internal/offers' }), 0, 400),
  raw('refuses an absolute target beside two hosts', last('Host: b\r\n', { target: 'http://a/offers' }), 0, 400),
  raw(
    'needs a token for the path of an absolute target',
    last('', { target: 'http://api.shop.localhost/admin' }),
    0,
    401,
  ),
];

const lines: readonly Trick[] = [
  raw('refuses a target that is no path', last('', { target: 'offers' }), 0, 400),
  raw('refuses a target of an asterisk', last('', { target: '*' }), 0, 400),
  raw('refuses a space in the target', last('', { target: '/offers /admin' }), 0, 400),
  raw('refuses a control character in the target', last('', { target: '/offers\x01' }), 0, 400),
  raw('refuses HTTP/0.9', 'GET /offers\r\n\r\n', 0, 400),
  raw('refuses an unknown version', message('', { version: 'HTTP/3.1' }), 0, 400),
  raw('refuses the preface of HTTP/2 in HTTP/1.1', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${hidden}`, 0),
  raw('refuses a method in the wrong form', last('', { method: 'GET\x01' }), 0, 400),
  raw('refuses TRACE, which would tell the secret', last('', { method: 'TRACE' }), 0, 405, pages.errors),
  raw('refuses CONNECT', last('', { method: 'CONNECT', target: 'admin.internal:8443' }), 0),
  raw('does not go by X-HTTP-Method-Override', last('X-HTTP-Method-Override: TRACE\r\n'), 1, 200),
  raw('refuses a carriage return inside a field', last('X-A: b\rX-User-Id: admin\r\n'), 0, 400, pages.fields),
  raw('refuses a null character inside a field', last('X-A: b\0\r\n'), 0, 400, pages.fields),
  raw('refuses a field without a name', last(': b\r\n'), 0, 400, pages.fields),
  raw('refuses a field without a colon', last('X-User-Id admin\r\n'), 0, 400, pages.fields),
  raw(
    'refuses a line before the fields that begins with a space',
    `GET /offers HTTP/1.1\r\n Host: a\r\n${verify}\r\n`,
    0,
    400,
    pages.fields,
  ),
  raw('refuses a field of more than 16 KB', last(`X-A: ${'b'.repeat(16_400)}\r\n`), 0, 400, pages.limits),
  raw('refuses fields of more than 64 KB', last(`X-A: ${'b'.repeat(13_000)}\r\n`.repeat(6)), 0, 400, pages.limits),
  raw(
    'refuses a target of more than 16 KB',
    last('', { target: `/offers?${'b'.repeat(16_400)}` }),
    0,
    414,
    pages.errors,
  ),
  raw(
    'takes h2c for no upgrade',
    last('Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'),
    1,
    200,
    pages.connection,
  ),
  raw(
    'needs a token for an upgrade too',
    message('Connection: Upgrade\r\nUpgrade: websocket\r\n', { target: '/admin' }),
    0,
    401,
    pages.connection,
  ),
];

const connection: readonly Trick[] = [
  raw('cannot be told to drop Host', message('Connection: close, Host\r\n'), 1, 200, pages.connection),
  raw(
    'cannot be told to drop Content-Length',
    message('Connection: close, Content-Length\r\nContent-Length: 2\r\n', { method: 'POST', body: 'ab' }),
    1,
    200,
    pages.connection,
  ),
  raw(
    'is not verified by a field that Connection names',
    message('Connection: close, X-Origin-Verify\r\n'),
    0,
    403,
    pages.connection,
  ),
  raw(
    'sets X-Request-Id whatever Connection names',
    message('Connection: close, X-Request-Id\r\n'),
    1,
    200,
    pages.connection,
  ),
];

const path = (target: string, reach: 0 | 1, status: number): Trick =>
  raw(`does not reach /admin by ${target.replaceAll('\\', '\\\\')}`, last('', { target }), reach, status, pages.normal);

const paths: readonly Trick[] = [
  path('/admin', 0, 401),
  path('/admin/', 0, 401),
  path('/admin?x=/offers', 0, 401),
  path('//admin', 0, 401),
  path('/./admin', 0, 401),
  path('/offers/../admin', 0, 401),
  path('/offers/%2e%2e/admin', 0, 401),
  path('/offers/.%2e/admin', 0, 401),
  path('/offers/%2E./admin', 0, 401),
  path('/offers/..//admin', 0, 401),
  path('/%61dmin', 0, 401),
  path('/%61%64%6d%69%6e', 0, 401),
  path('/offers/..%2fadmin', 1, 200),
  path('/offers%2f..%2fadmin', 0, 404),
  path('/offers/%252e%252e/admin', 1, 200),
  path('/offers/..;/admin', 1, 200),
  path('/offers/..%5cadmin', 1, 200),
  path('/admin%2f', 0, 404),
  path('/ADMIN', 0, 404),
  path('/%2fadmin', 0, 404),
];

export const lineTricks = [...hosts, ...lines, ...connection, ...paths];
