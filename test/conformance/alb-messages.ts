import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { fakeLoadBalancer, forward } from '../../src/layers/alb/local/testing/load-balancer.js';
import type { Handler, HttpRequest } from '../../src/local/contract/http.js';
import { acceptUpgrade } from '../../src/local/http/upgrade.js';
import { allValues, header } from '../../src/local/http/headers.js';
import { ask, plain, recording, type FakeRequest } from '../../src/local/testing/fake-request.js';
import { inAlb, type AlbPlace } from './alb-place.js';
import { albCase, pages } from './alb-sources.js';
import { ask1 } from './raw-client.js';

/** The request as the target of a listener gets it. */
async function received(request: FakeRequest, args: object = {}, port = 443): Promise<HttpRequest> {
  const lb = await fakeLoadBalancer(args);
  const task = recording();
  await lb.listener(port, forward(await lb.group('offers', { task })));
  await ask(lb.plane.registry.reach(lb.dnsName, port), request);
  const [got] = task.got;
  assert.ok(got);
  return got;
}

async function field(name: string, request: FakeRequest, args: object = {}, port = 443): Promise<string | undefined> {
  return header((await received(request, args, port)).headers, name);
}

/** A listener that really listens and forwards to this. */
async function forwarding(place: AlbPlace, port: 8080 | 443, handler: Handler): Promise<number> {
  await place.lb.listener(port, forward(await place.lb.group('offers', { task: handler })));
  return place.open(port === 443 ? 'alb-443' : 'alb-8080');
}

const xff = (value: string): FakeRequest => ({ headers: [['X-Forwarded-For', value]] });
const peer = { address: '203.0.113.7', port: 4711 };
const traced = (value: string): FakeRequest => ({ headers: [['X-Amzn-Trace-Id', value]] });

const forwardedCases = [
  albCase('makes X-Forwarded-For of the client’s address', pages.forwarded, async () => {
    assert.equal(await field('X-Forwarded-For', { peer }), '203.0.113.7');
  }),
  albCase('appends the client’s address to X-Forwarded-For', pages.forwarded, async () => {
    const got = await field('X-Forwarded-For', { ...xff('198.51.100.1, 192.0.2.1'), peer });
    assert.equal(got, '198.51.100.1, 192.0.2.1, 203.0.113.7');
  }),
  albCase('joins several X-Forwarded-For lines into one', pages.forwarded, async () => {
    const headers = [
      ['X-Forwarded-For', '198.51.100.1'],
      ['x-forwarded-for', '192.0.2.1'],
    ] as const;
    const got = await received({ headers, peer });
    assert.deepEqual(allValues(got.headers, 'x-forwarded-for'), ['198.51.100.1, 192.0.2.1, 203.0.113.7']);
  }),
  albCase('keeps X-Forwarded-For as it is in the preserve mode', pages.forwarded, async () => {
    const args = { xff_header_processing_mode: 'preserve' };
    assert.equal(await field('X-Forwarded-For', { ...xff('198.51.100.1'), peer }, args), '198.51.100.1');
    assert.equal(await field('X-Forwarded-For', { peer }, args), undefined);
  }),
  albCase('removes X-Forwarded-For in the remove mode', pages.forwarded, async () => {
    const args = { xff_header_processing_mode: 'remove' };
    assert.equal(await field('X-Forwarded-For', { ...xff('198.51.100.1'), peer }, args), undefined);
  }),
  albCase('adds the client’s port to X-Forwarded-For where that is on', pages.attributeList, async () => {
    const args = { enable_xff_client_port: true };
    assert.equal(await field('X-Forwarded-For', { peer }, args), '203.0.113.7:4711');
    const six = { peer: { address: '2001:db8::1', port: 4711 } };
    assert.equal(await field('X-Forwarded-For', six, args), '[2001:db8::1]:4711');
  }),
  albCase('says in X-Forwarded-Proto how the client connected, whatever it said itself', pages.forwarded, async () => {
    const claimed: FakeRequest = { headers: [['X-Forwarded-Proto', 'gopher']] };
    assert.equal(await field('X-Forwarded-Proto', claimed, {}, 443), 'https');
    assert.equal(await field('X-Forwarded-Proto', claimed, {}, 8080), 'http');
  }),
  albCase('says in X-Forwarded-Port which port the client used', pages.forwarded, async () => {
    const claimed: FakeRequest = { headers: [['X-Forwarded-Port', '1']] };
    assert.equal(await field('X-Forwarded-Port', claimed, {}, 443), '443');
    assert.equal(await field('X-Forwarded-Port', claimed, {}, 8080), '8080');
  }),
  albCase('tells of TLS in headers only where that is on', pages.attributeList, async () => {
    assert.equal(await field('X-Amzn-Tls-Version', {}), undefined);
    const args = { enable_tls_version_and_cipher_suite_headers: true };
    assert.equal(await field('X-Amzn-Tls-Version', {}, args), 'TLSv1.3');
    assert.equal(await field('X-Amzn-Tls-Cipher-Suite', {}, args), 'TLS_AES_128_GCM_SHA256');
  }),
];

const id = String.raw`1-[0-9a-f]{8}-[0-9a-f]{24}`;

const traceCases = [
  albCase('makes X-Amzn-Trace-Id with a root', pages.tracing, async () => {
    assert.match((await field('X-Amzn-Trace-Id', {})) ?? '', new RegExp(`^Root=${id}$`));
  }),
  albCase('puts Self before a root that was there', pages.tracing, async () => {
    const got = await field('X-Amzn-Trace-Id', traced('Root=1-67891233-abcdef012345678912345678'));
    assert.match(got ?? '', new RegExp(`^Self=${id};Root=1-67891233-abcdef012345678912345678$`));
  }),
  albCase('keeps fields of an application’s own', pages.tracing, async () => {
    const got = await field('X-Amzn-Trace-Id', traced('Root=1-6-a;CalledFrom=app'));
    assert.match(got ?? '', new RegExp(`^Self=${id};Root=1-6-a;CalledFrom=app$`));
  }),
  albCase('writes Self anew', pages.tracing, async () => {
    const got = await field('X-Amzn-Trace-Id', traced('Self=1-5-b;Root=1-6-a'));
    assert.match(got ?? '', new RegExp(`^Self=${id};Root=1-6-a$`));
  }),
  albCase('makes a root of its own where the headers are greater than 7 KB', pages.tracing, async () => {
    const headers = [
      ['X-Amzn-Trace-Id', 'Root=1-6-a'],
      ['X-Long', 'x'.repeat(7200)],
    ] as const;
    assert.match((await field('X-Amzn-Trace-Id', { headers })) ?? '', new RegExp(`^Root=${id}$`));
  }),
];

const headerCases = [
  albCase('adds the listener’s port to Host where that is not the usual one', pages.host, async () => {
    assert.equal(await field('Host', { host: 'www.example.com' }, {}, 8443), 'www.example.com:8443');
    assert.equal(await field('Host', { host: 'www.example.com' }, {}, 443), 'www.example.com');
  }),
  albCase('leaves Host as it is where it is to be preserved', pages.host, async () => {
    const args = { preserve_host_header: true };
    assert.equal(await field('Host', { host: 'www.example.com' }, args, 8443), 'www.example.com');
  }),
  albCase('drops headers with invalid names where that is on', pages.attributeList, async () => {
    const headers = [
      ['X_Under', '1'],
      ['X.Dot', '2'],
      ['X-Fine-1', '3'],
    ] as const;
    const dropped = await received({ headers }, { drop_invalid_header_fields: true });
    assert.deepEqual(
      ['x_under', 'x.dot', 'x-fine-1'].map((name) => header(dropped.headers, name)),
      [undefined, undefined, '3'],
    );
    const kept = await received({ headers });
    assert.equal(header(kept.headers, 'x_under'), '1');
  }),
  albCase('sends HTTP/1.1 to targets, whatever the client speaks', pages.routing, async () => {
    assert.equal((await received({})).httpVersion, '1.1');
  }),
  albCase('names itself as the host of an HTTP/1.0 request without one', pages.routing, () =>
    inAlb(async (place) => {
      const task = recording();
      const answer = await ask1(await forwarding(place, 8080, task), 'GET / HTTP/1.0\r\n\r\n');
      assert.equal(answer.status, 200);
      assert.equal(header(task.got[0]?.headers ?? [], 'host'), `${place.lb.dnsName}:8080`);
    }),
  ),
  albCase('keeps fields of the connection to itself', pages.routing, () =>
    inAlb(async (place) => {
      const task = recording();
      const fields = 'Connection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\n';
      await ask1(await forwarding(place, 8080, task), `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
      const names = task.got[0]?.headers.map(([name]) => name.toLowerCase()) ?? [];
      assert.deepEqual(
        names.filter((name) => ['connection', 'x-hop', 'keep-alive', 'te'].includes(name)),
        [],
      );
    }),
  ),
  albCase('answers several requests on one connection', pages.routing, () =>
    inAlb(async (place) => {
      const port = await forwarding(place, 8080, recording());
      const one = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
      assert.deepEqual((await ask1(port, one + one)).statuses, [200, 200]);
    }),
  ),
];

const protocolCases = [
  albCase('speaks HTTP/2 on an HTTPS listener, with 128 requests at once', pages.listeners, () =>
    inAlb(async (place) => {
      const task = recording();
      const port = await forwarding(place, 443, task);
      const session = connect(`https://127.0.0.1:${String(port)}`, { rejectUnauthorized: false });
      place.closing(() => new Promise<void>((resolve) => session.close(resolve)));
      const status = await new Promise((resolve, reject) => {
        session.on('error', reject);
        session
          .request({ ':path': '/a' })
          .on('response', (head) => resolve(head[':status']))
          .resume();
      });
      assert.deepEqual([status, task.got[0]?.httpVersion, task.got[0]?.target], [200, '1.1', '/a']);
      assert.equal(session.remoteSettings.maxConcurrentStreams, 128);
    }),
  ),
  albCase('speaks HTTP/1.1 on an HTTPS listener too', pages.listeners, () =>
    inAlb(async (place) => {
      const port = await forwarding(place, 443, recording());
      const request = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
      assert.equal((await ask1(port, request, { tls: true })).status, 200);
    }),
  ),
  albCase('joins client and target after an upgrade to WebSocket', pages.listeners, () =>
    inAlb(async (place) => {
      const echo: Handler = {
        request: () => Promise.resolve(plain(426, '')),
        upgrade: (request, socket) => {
          acceptUpgrade(socket, request, [
            ['Upgrade', 'websocket'],
            ['Connection', 'Upgrade'],
          ]);
          socket.pipe(socket);
          return Promise.resolve();
        },
      };
      const port = await forwarding(place, 8080, echo);
      const upgrade = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
      const { status, text } = await ask1(port, [upgrade, 'frames']);
      assert.equal(status, 101);
      assert.ok(text.endsWith('frames'));
    }),
  ),
];

export const messageCases = [...forwardedCases, ...traceCases, ...headerCases, ...protocolCases];
