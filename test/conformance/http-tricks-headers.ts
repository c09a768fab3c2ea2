import { secret } from './http-tricks-chain.js';
import { h2, last, pages, type Trick } from './http-tricks-rows.js';

const unverified = (what: string, lines: string, status = 403): Trick => ({
  name: `is not verified by ${what}`,
  source: pages.conditions,
  bytes: last(lines, { verify: undefined }),
  reach: 0,
  status,
});

const proofs: readonly Trick[] = [
  unverified('nothing', ''),
  unverified('an empty X-Origin-Verify', 'X-Origin-Verify: \r\n'),
  unverified('an asterisk', 'X-Origin-Verify: *\r\n'),
  unverified('question marks', `X-Origin-Verify: ${'?'.repeat(secret.length)}\r\n`),
  unverified('the beginning of the value', `X-Origin-Verify: ${secret.slice(0, -1)}\r\n`),
  unverified('the value with more behind it', `X-Origin-Verify: ${secret}x\r\n`),
  unverified('the value in a list', `X-Origin-Verify: x, ${secret}\r\n`),
  unverified('the value in quotes', `X-Origin-Verify: "${secret}"\r\n`),
  unverified('X_Origin_Verify', `X_Origin_Verify: ${secret}\r\n`),
  unverified('X-Origin_Verify', `X-Origin_Verify: ${secret}\r\n`),
  unverified('X.Origin.Verify', `X.Origin.Verify: ${secret}\r\n`),
  unverified('XOriginVerify', `XOriginVerify: ${secret}\r\n`),
  unverified('a space before the colon', `X-Origin-Verify : ${secret}\r\n`, 400),
  unverified('a space before the name', ` X-Origin-Verify: ${secret}\r\n`, 400),
  unverified('the value in a cookie', `Cookie: X-Origin-Verify=${secret}\r\n`),
  {
    ...unverified('the value in the query', ''),
    bytes: last('', { verify: undefined, target: `/offers?X-Origin-Verify=${secret}` }),
  },
];

const stripped = (what: string, lines: string): Trick => ({
  name: `tells the service nothing of ${what}`,
  source: pages.kong,
  bytes: last(lines),
  reach: 1,
  status: 200,
});

const identities: readonly Trick[] = [
  ...['X-User-Id', 'x-user-id', 'X-USER-ID', 'X-User-Claims', 'X_User_Id', 'x_user-id', 'X.User.Id'],
  ...['X-Userinfo', 'X_Userinfo', 'X-Consumer-Id', 'X-Consumer-Username', 'X_Consumer_Groups', 'X-Viewer-Address'],
]
  .map((name) => stripped(name, `${name}: admin\r\n`))
  .concat([
    stripped('X-User-Id on two lines', 'X-User-Id: admin\r\nx-user-id: root\r\n'),
    {
      ...stripped('X-User-Id on a folded line', 'X-A: b\r\n\tX-User-Id: admin\r\n'),
      reach: 0,
      status: 400,
    },
    {
      ...stripped('X-User-Id with a space before its colon', 'X-User-Id : admin\r\n'),
      reach: 0,
      status: 400,
    },
    {
      ...stripped('X-User-Id in letters that are not ASCII', 'X-\xdcser-Id: admin\r\n'),
      reach: 0,
      status: 400,
    },
  ]);

const two = (name: string, fields: Trick['fields'], reach: 0 | 1, status?: number, body?: string): Trick => ({
  name,
  source: pages.h2,
  ...(fields && { fields }),
  ...(body !== undefined && { body }),
  reach,
  ...(status !== undefined && { status }),
});

const streams: readonly Trick[] = [
  two('takes an HTTP/2 request', h2(), 1, 200),
  two('needs a token over HTTP/2 too', h2([':path', '/offers/%2e%2e/admin']), 0),
  two('tells the service nothing of x-user-id over HTTP/2', h2(['x-user-id', 'admin'], ['x_user_id', 'admin']), 1, 200),
  two('refuses an HTTP/2 field with capitals', h2(['X-User-Id', 'admin']), 0),
  two('drops an HTTP/2 field with a line break', h2(['x-a', 'b\r\nX-User-Id: admin']), 1, 200),
  two('drops an HTTP/2 field name with a line break', h2(['x-a\r\nx-user-id', 'admin']), 1, 200),
  two('drops an HTTP/2 field name with a colon', h2(['x-a: b\r\nx-user-id', 'admin']), 1, 200),
  two('drops an HTTP/2 field with a null character', h2(['x-a', 'b\0']), 1, 200),
  two(
    'refuses transfer-encoding over HTTP/2',
    h2([':method', 'POST'], ['transfer-encoding', 'chunked']),
    0,
    undefined,
    '0\r\n\r\n',
  ),
  two('refuses connection over HTTP/2', h2(['connection', 'x-origin-verify']), 0),
  two(
    'refuses a content length that is not the body’s',
    h2([':method', 'POST'], ['content-length', '2']),
    0,
    undefined,
    'abcdef',
  ),
  two('refuses a path over HTTP/2 that is none', h2([':path', 'offers']), 0),
  two('refuses an absolute path over HTTP/2', h2([':path', 'https://admin.internal/offers']), 0),
  two('refuses an empty path over HTTP/2', h2([':path', '']), 0),
  two('refuses a line break in an HTTP/2 path', h2([':path', '/offers HTTP/1.1\r\nX-User-Id: admin\r\n\r\n']), 0),
  two('refuses a line break in an HTTP/2 method', h2([':method', 'GET /admin HTTP/1.1\r\n\r\nGET']), 0),
  two('refuses two authorities', h2([':authority', 'api.shop.localhost'], [':authority', 'admin.internal']), 0),
  two('refuses a host that is not the authority', h2(['host', 'admin.internal']), 0),
  two('refuses an authority with a user', h2([':authority', 'x@admin.internal']), 0),
  two('refuses a pseudo-header behind a field', [...h2(['x-a', 'b']), [':path', '/admin']], 0),
  two('refuses an unknown pseudo-header', h2([':x-user-id', 'admin']), 0),
  two(
    'refuses CONNECT over HTTP/2',
    [
      [':method', 'CONNECT'],
      [':authority', 'admin.internal:8443'],
      ['x-origin-verify', secret],
    ],
    0,
  ),
  two('does not go by the scheme of an HTTP/2 request', h2([':scheme', 'http']), 1, 200),
];

const others: readonly Trick[] = [
  {
    name: 'leads from 80 nowhere but to HTTPS',
    source: pages.conditions,
    bytes: last(''),
    port: '80',
    reach: 0,
    status: 301,
  },
  ...['/offers', '/admin', '/auth/x', '/auth/.well-known', '/auth/%2ewell-known/x', '/AUTH/.well-known/x'].map(
    (target): Trick => ({
      name: `does not lead from 8080 to ${target}`,
      source: pages.conditions,
      bytes: last('', { target }),
      port: '8080',
      reach: 0,
      status: 404,
    }),
  ),
];

export const headerTricks = [...proofs, ...identities, ...streams, ...others];
