import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { UpstreamError } from '../../src/local/contract/http.js';
import { allValues, header } from '../../src/local/http/headers.js';
import type { ConformanceCase } from './case.js';
import { gatewayCase, gatewayPlace, messageOf, origin, serviceOf } from './gateway-place.js';

const routing = 'https://developer.konghq.com/gateway/routing/traditional/ (read 2026-11-23)';
const route = 'https://developer.konghq.com/gateway/entities/route/#strip-path (not re-read)';
const upstream = 'https://developer.konghq.com/gateway/entities/upstream/ (not re-read)';
const correlation = 'https://developer.konghq.com/plugins/correlation-id (read 2026-11-25)';
const cors =
  'https://github.com/Kong/kong/blob/01789df426ac4b882755b9074556d4b79c29f038/kong/plugins/cors/handler.lua (read 2026-11-25)';
const size =
  'https://github.com/Kong/kong/blob/06416a5634a197d3a0d06f15e648d018795d0bde/kong/plugins/request-size-limiting/handler.lua (read 2026-11-25)';
const paths =
  'https://github.com/Kong/kong/blob/0134e722937b4fe2126644329c59e3ffd8771eb3/kong/tools/uri.lua (read 2026-11-23)';
const errors = 'https://github.com/Kong/kong/blob/3.9.1/kong/error_handlers.lua (not re-read)';
const order = 'https://developer.konghq.com/gateway/entities/plugin/ (not re-read)';

/** A request that must reach this service, or none. */
const leadsTo = (name: string, source: string, method: string, target: string, service: string | undefined) =>
  gatewayCase(name, source, async () => {
    const place = gatewayPlace();
    const { status } = await place.ask({ method, target });
    assert.deepEqual([status, serviceOf(place.got[0])], service === undefined ? [404, undefined] : [200, service]);
  });

/** The target that the service gets. */
const passesOn = (name: string, source: string, target: string, expected: string) =>
  gatewayCase(name, source, async () => {
    const place = gatewayPlace();
    await place.ask({ target });
    assert.equal(place.got[0]?.target, expected);
  });

const routes: readonly ConformanceCase[] = [
  leadsTo('takes the regular expression of the higher priority', routing, 'GET', '/offers/deep/1', 'deep'),
  leadsTo('takes a route for the path that follows its own', routing, 'GET', '/offers/1', 'offers'),
  leadsTo('takes a dot in a path for a dot', routing, 'GET', '/v1x0', undefined),
  leadsTo('begins a regular expression at the path’s beginning', routing, 'GET', '/x/offers', undefined),
  leadsTo('does not take a longer word for a path', routing, 'GET', '/offersome', undefined),
  leadsTo('finds no route for a method that none has', routing, 'DELETE', '/offers', undefined),
  leadsTo('looks at a path without its query', routing, 'GET', '/offers?next=/auth', 'offers'),
  leadsTo('distinguishes capitals in paths', routing, 'GET', '/Offers', undefined),
  leadsTo('removes dot segments before it looks for a route', paths, 'GET', '/offers/../auth/login', 'auth'),
  leadsTo('decodes letters before it looks for a route', paths, 'GET', '/%6Fffers/1', 'offers'),
  leadsTo('takes doubled slashes for one', paths, 'GET', '//offers//1', 'offers'),
  leadsTo('does not take an encoded slash for a slash', paths, 'GET', '/offers%2Fdeep', undefined),
  passesOn('keeps the path of a route that does not strip it', route, '/offers/1', '/offers/1'),
  passesOn('passes the query on as it came', route, '/offers?a=%2F..&b=1+2', '/offers?a=%2F..&b=1+2'),
  passesOn('passes the path on as it was found', paths, '/offers/./x/../1', '/offers/1'),
  gatewayCase('answers 404 with a message and the request’s id where there is no route', errors, async () => {
    const answer = await gatewayPlace().ask({ target: '/nowhere' });
    assert.deepEqual([answer.status, messageOf(answer)], [404, 'no Route matched with those values']);
    assert.ok('request_id' in (JSON.parse(answer.body) as object));
  }),
  gatewayCase('gives the service the upstream’s Host, and the client’s as X-Forwarded-Host', upstream, async () => {
    const place = gatewayPlace();
    await place.ask({ target: '/offers/1', host: 'api.dev.example.com' });
    const headers = place.got[0]?.headers ?? [];
    assert.deepEqual(
      ['host', 'x-forwarded-host', 'x-forwarded-path'].map((name) => header(headers, name)),
      ['offers.internal', 'api.dev.example.com', '/offers/1'],
    );
  }),
  gatewayCase('does not send a request again that may have arrived', errors, async () => {
    const place = gatewayPlace(() => Promise.reject(new UpstreamError('reset', 'cut')));
    const answer = await place.ask({ target: '/offers' });
    assert.deepEqual([answer.status, place.got.length], [502, 1]);
    assert.equal(messageOf(answer), 'An invalid response was received from the upstream server');
  }),
  gatewayCase('answers 504 for a service that takes too long', errors, async () => {
    const place = gatewayPlace(() => Promise.reject(new UpstreamError('timeout', 'slow')));
    const answer = await place.ask({ target: '/offers' });
    assert.deepEqual([answer.status, messageOf(answer)], [504, 'The upstream server is timing out']);
  }),
];

const ids: readonly ConformanceCase[] = [
  gatewayCase('gives a request an id, and tells it to both sides', correlation, async () => {
    const place = gatewayPlace();
    const answer = await place.ask({ target: '/offers' });
    const id = header(place.got[0]?.headers ?? [], 'x-request-id');
    assert.match(id ?? '', /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    assert.equal(answer.header('x-request-id'), id);
  }),
  gatewayCase('keeps the id that a request has', correlation, async () => {
    const place = gatewayPlace();
    const answer = await place.ask({ target: '/offers', headers: [['X-Request-Id', 'mine']] });
    assert.deepEqual(allValues(place.got[0]?.headers ?? [], 'x-request-id'), ['mine']);
    assert.equal(answer.header('x-request-id'), 'mine');
  }),
  gatewayCase('takes an empty id for none', correlation, async () => {
    const answer = await gatewayPlace().ask({ target: '/offers', headers: [['X-Request-Id', '']] });
    assert.match(answer.header('x-request-id') ?? '', /^[\da-f-]{36}$/);
  }),
  gatewayCase('tells the id of a request that it answers itself', order, async () => {
    const answer = await gatewayPlace().ask({ method: 'POST', target: '/offers', headers: [['X-Request-Id', 'mine']] });
    assert.deepEqual([answer.status, answer.header('x-request-id')], [401, 'mine']);
  }),
];

const preflight = [
  ['Origin', origin],
  ['Access-Control-Request-Method', 'POST'],
] as const;

const crossOrigin: readonly ConformanceCase[] = [
  gatewayCase('answers a preflight itself, before it asks for a token', cors, async () => {
    const place = gatewayPlace();
    const answer = await place.ask({ method: 'OPTIONS', target: '/offers', headers: preflight });
    assert.deepEqual([answer.status, answer.body, place.got.length], [200, '', 0]);
    assert.equal(answer.header('access-control-allow-origin'), origin);
    assert.equal(answer.header('access-control-allow-credentials'), 'true');
  }),
  gatewayCase('tells a preflight the methods, headers and seconds of the configuration', cors, async () => {
    const answer = await gatewayPlace().ask({ method: 'OPTIONS', target: '/offers', headers: preflight });
    assert.equal(answer.header('access-control-allow-methods'), 'GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS');
    assert.match(answer.header('access-control-allow-headers') ?? '', /^Accept,Authorization,/);
    assert.equal(answer.header('access-control-max-age'), '3600');
  }),
  gatewayCase('passes OPTIONS on that is no preflight', cors, async () => {
    const place = gatewayPlace();
    await place.ask({ method: 'OPTIONS', target: '/auth', headers: [['Origin', origin]] });
    assert.equal(place.got.length, 1);
  }),
  ...[`${origin}.evil.example`, 'https://spaXdev.example.com', 'http://spa.dev.example.com', 'null'].map((other) =>
    gatewayCase(`gives ${other} no permission, and says that it depends on the origin`, cors, async () => {
      const answer = await gatewayPlace().ask({ target: '/offers', headers: [['Origin', other]] });
      assert.equal(answer.status, 200);
      assert.equal(answer.header('access-control-allow-origin'), undefined);
      assert.equal(answer.header('vary'), 'Origin');
    }),
  ),
  gatewayCase('lets the browser read its own 401, and names the headers that it may read', cors, async () => {
    const answer = await gatewayPlace().ask({ method: 'POST', target: '/offers', headers: [['Origin', origin]] });
    assert.deepEqual([answer.status, answer.header('access-control-allow-origin')], [401, origin]);
    assert.match(answer.header('access-control-expose-headers') ?? '', /ETag,Location,/);
  }),
];

const mebibyte = 1_048_576;
const sized = (length: number) => ({
  method: 'PUT',
  target: '/auth',
  headers: [['Content-Length', String(length)]] as const,
});

const sizes: readonly ConformanceCase[] = [
  gatewayCase('takes a body of the whole limit, counted in 1,048,576 bytes', size, async () => {
    assert.equal((await gatewayPlace().ask(sized(mebibyte))).status, 200);
  }),
  gatewayCase('refuses a body that is a byte larger, before the service sees it', size, async () => {
    const place = gatewayPlace();
    const answer = await place.ask(sized(mebibyte + 1));
    assert.deepEqual([answer.status, messageOf(answer), place.got.length], [413, 'Request size limit exceeded', 0]);
  }),
  gatewayCase('refuses a body of unknown length that grows too large', size, async () => {
    const place = gatewayPlace(async ({ body }) => {
      for await (const _chunk of body ?? []);
      return { status: 200, headers: [], body: null };
    });
    const body = Readable.from([Buffer.alloc(mebibyte), Buffer.alloc(1)]);
    assert.equal((await place.ask({ method: 'PUT', target: '/auth', body })).status, 413);
  }),
  gatewayCase('asks for a token before it looks at the size', order, async () => {
    const answer = await gatewayPlace().ask({ ...sized(mebibyte + 1), method: 'POST', target: '/offers' });
    assert.equal(answer.status, 401);
  }),
];

const snippets: readonly ConformanceCase[] = [
  gatewayCase('runs its pre-function before all other plugins: identity from outside is gone', order, async () => {
    const place = gatewayPlace();
    await place.ask({
      target: '/offers',
      headers: [
        ['X-User-Id', 'intruder'],
        ['x_consumer_id', 'intruder'],
        ['X-Userinfo', 'intruder'],
      ],
    });
    assert.deepEqual(
      place.got[0]?.headers.filter(([, value]) => value === 'intruder'),
      [],
    );
  }),
];

export const requestCases: readonly ConformanceCase[] = [...routes, ...ids, ...crossOrigin, ...sizes, ...snippets];
