import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { connect, type ClientHttp2Session } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { openCertificates } from '../../src/local/certificates.js';
import { realClock } from '../../src/local/clock.js';
import type { Handler, HeaderPair, HttpResponse } from '../../src/local/contract/http.js';
import { allValues, header } from '../../src/local/http/headers.js';
import { serve, type ServeOptions } from '../../src/local/http/server.js';
import { fakeRequest } from '../../src/local/testing/fake-request.js';
import { TraceStore } from '../../src/local/trace.js';
import { cacheControl, cases, edge, guide, reply } from './cloudfront-edge.js';

/** Serves a distribution on the loopback address while `use` runs. */
async function listening(handler: Handler, use: (port: number) => Promise<void>, more: Partial<ServeOptions> = {}) {
  const traces = new TraceStore({ clock: realClock });
  const server = await serve({ port: 0, handler, traces, clock: realClock, ...more });
  try {
    await use(server.port);
  } finally {
    await server.close({ graceMs: 0 });
  }
}

const respondTo = (port: number, host: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    httpGet({ host: '127.0.0.1', port, agent: false, headers: { host } }, resolve).on('error', reject);
  });

const streaming =
  (body: Readable, ...headers: readonly HeaderPair[]) =>
  (): HttpResponse => ({ status: 200, headers, body });

/** What comes in, what goes out, and what is let go. */
export const requestCases = [
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#RequestCustomMaxRequestStringLength'), {
    'answers 413 for an address of more than 8,192 bytes': async () => {
      const { get, asked } = await edge();
      assert.equal((await get(`/${'a'.repeat(8192)}`)).status, 413);
      assert.equal((await get(`/${'a'.repeat(8100)}`)).status, 200);
      assert.equal(asked.length, 1);
    },
    'answers 413 for a request of more than 20,480 bytes': async () => {
      const { get } = await edge();
      const headers = (length: number): readonly HeaderPair[] => [['X-Long', 'a'.repeat(length)]];
      assert.equal((await get('/', { headers: headers(20_480) })).status, 413);
      assert.equal((await get('/', { headers: headers(20_000) })).status, 200);
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#RequestCustom-get-body'), {
    'answers 403 for a GET with a body': async () => {
      const { get, asked } = await edge();
      assert.equal((await get('/', { body: Readable.from(['x']) })).status, 403);
      assert.equal((await get('/', { method: 'POST', body: Readable.from(['x']) })).status, 200);
      assert.equal(asked.length, 1);
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#RequestCustomIPAddresses'), {
    'adds the viewer’s address to X-Forwarded-For': async () => {
      const { get, asked } = await edge();
      await get('/', { headers: [['X-Forwarded-For', '192.0.2.4,192.0.2.3']] });
      assert.equal(header(asked[0]?.headers ?? [], 'x-forwarded-for'), '192.0.2.4,192.0.2.3, 198.51.100.7');
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#request-custom-headers-behavior'), {
    'asks as Amazon CloudFront unless the viewer’s User-Agent is forwarded': async () => {
      const headers: readonly HeaderPair[] = [['User-Agent', 'curl/8']];
      const [plain, forwarding] = [await edge(), await edge({ requestPolicy: 'Managed-AllViewer' })];
      await Promise.all([plain.get('/', { headers }), forwarding.get('/', { headers })]);
      assert.equal(header(plain.asked[0]?.headers ?? [], 'user-agent'), 'Amazon CloudFront');
      assert.equal(header(forwarding.asked[0]?.headers ?? [], 'user-agent'), 'curl/8');
    },
    'removes X-Edge-*, X-Forwarded-Proto, X-HTTP-Method-Override and X-Real-IP': async () => {
      const { get, asked } = await edge({ requestPolicy: 'Managed-AllViewer' });
      const names = ['X-Edge-A', 'X-Forwarded-Proto', 'X-HTTP-Method-Override', 'X-Real-IP'];
      await get('/', { headers: names.map((name) => [name, 'x'] as const) });
      assert.deepEqual(
        names.filter((name) => header(asked[0]?.headers ?? [], name) !== undefined),
        [],
      );
    },
    'removes Accept, Accept-Language and Referer where no policy names them': async () => {
      const { get, asked } = await edge();
      const names = ['Accept', 'Accept-Language', 'Referer'];
      await get('/', { headers: names.map((name) => [name, 'x'] as const) });
      assert.deepEqual(
        names.filter((name) => header(asked[0]?.headers ?? [], name) !== undefined),
        [],
      );
    },
    'sends the origin’s name as Host unless a policy names Host': async () => {
      const [plain, forwarding] = [await edge(), await edge({ requestPolicy: 'Managed-HostHeaderOnly' })];
      await Promise.all([plain.get(), forwarding.get()]);
      assert.match(header(plain.asked[0]?.headers ?? [], 'host') ?? '', /\.elb\.localhost$/);
      assert.equal(header(forwarding.asked[0]?.headers ?? [], 'host'), 'api.shop.localhost');
    },
    'gives the origin one X-Amz-Cf-Id, which is the viewer’s too': async () => {
      const { get, asked } = await edge({ requestPolicy: 'Managed-AllViewer' });
      const answer = await get('/', { headers: [['X-Amz-Cf-Id', 'forged']] });
      assert.deepEqual(allValues(asked[0]?.headers ?? [], 'x-amz-cf-id'), [answer.header('x-amz-cf-id')]);
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#RequestCustomHTTPVersion'), {
    'speaks HTTP/1.1 to the origin': async () => {
      const { get, asked } = await edge();
      await get();
      assert.equal(asked[0]?.httpVersion, '1.1');
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#ResponseCustomRemovedHeaders'), {
    'says in Via that it was there': async () => {
      const { get } = await edge({ respond: cacheControl('max-age=60') });
      for (const answer of [await get(), await get()])
        assert.match(answer.header('via') ?? '', /^1\.1 \S+ \(CloudFront\)$/);
    },
  }),
  ...cases(guide('troubleshooting-response-errors.html'), {
    'answers 403 for a method that the behaviour does not allow': async () => {
      const { get, asked } = await edge({ behaviour: { allowed_methods: ['GET', 'HEAD'] } });
      const answer = await get('/', { method: 'DELETE' });
      assert.deepEqual([answer.status, answer.result, asked.length], [403, 'Error', 0]);
    },
    'answers 502 when the origin cannot be reached': async () => {
      const { get, plane } = await edge();
      plane.registry.forget('aws_lb_listener.https');
      assert.equal((await get()).status, 502);
    },
  }),
  ...cases('https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html (not re-read)', {
    'answers 403 for a name that is none of its own': async () => {
      const { live } = await edge();
      const request = fakeRequest({ host: 'other.test' });
      assert.equal((await live.request(request)).status, 403);
    },
  }),
  ...cases(guide('distribution-working-with.websockets.html'), {
    'passes a WebSocket on to the origin, with its key and version': async () => {
      const { live, asked, plane } = await edge({ requestPolicy: 'Managed-AllViewer' });
      const seen: (readonly HeaderPair[])[] = [];
      const origin = plane.registry.reach('shop-dev-alb.eu-central-1.elb.localhost', 443);
      assert.ok(origin);
      origin.upgrade = ({ headers }) => Promise.resolve(void seen.push(headers));
      const headers: readonly HeaderPair[] = [
        ['Upgrade', 'websocket'],
        ['Sec-WebSocket-Key', 'k'],
        ['Sec-WebSocket-Version', '13'],
      ];
      await live.upgrade(fakeRequest({ headers }), new PassThrough(), Buffer.alloc(0));
      const [got = []] = seen;
      assert.deepEqual([header(got, 'sec-websocket-key'), header(got, 'sec-websocket-version')], ['k', '13']);
      assert.equal(asked.length, 0);
    },
  }),
  ...cases(guide('RangeGETs.html'), {
    'begins to serve as soon as the first byte comes from the origin': async () => {
      const body = new PassThrough();
      const { live } = await edge({ respond: streaming(body, ['Cache-Control', 'max-age=60']) });
      await listening(live, async (port) => {
        body.write('first');
        const response = await respondTo(port, 'api.shop.localhost');
        const chunks = response[Symbol.asyncIterator]();
        assert.equal(String((await chunks.next()).value), 'first');
        body.end('last');
        assert.equal(String((await chunks.next()).value), 'last');
      });
    },
    'streams events that are never kept': async () => {
      const body = new PassThrough();
      const respond = streaming(body, ['Content-Type', 'text/event-stream'], ['Cache-Control', 'no-store']);
      const { live } = await edge({ respond, policy: { gzip: true }, behaviour: { compress: true } });
      await listening(live, async (port) => {
        body.write('data: 1\n\n');
        const response = await respondTo(port, 'api.shop.localhost');
        const chunks = response[Symbol.asyncIterator]();
        assert.equal(String((await chunks.next()).value), 'data: 1\n\n');
        body.end();
      });
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#response-custom-canceled-requests'), {
    'keeps no object whose viewer left, and leaves the origin too': async () => {
      const body = new PassThrough();
      const { live, results } = await edge({
        respond: (_request, count) => (count === 1 ? streaming(body, ['Cache-Control', 'max-age=60'])() : reply('new')),
      });
      body.write('first');
      const { body: got } = await live.request(fakeRequest());
      assert(got instanceof Readable);
      got.destroy();
      await setImmediate();
      assert.equal(body.destroyed, true);
      assert.deepEqual(await results('/'), ['Miss']);
    },
  }),
  ...cases('https://repost.aws/knowledge-center/cloudfront-supported-protocols (read 2026-11-25)', {
    'answers HTTP/2 and HTTP/1.1 from one cache': async () => {
      const { live } = await edge({ respond: cacheControl('max-age=60') });
      const { cert, key, ca } = await certificate();
      const secure = async (port: number) => assert.equal(await overHttp2(port, ca), 'Miss from cloudfront');
      await listening(live, secure, { tls: { cert, key }, http2: true });
      await listening(live, async (port) => {
        const response = await respondTo(port, 'api.shop.localhost');
        response.resume();
        assert.equal(response.headers['x-cache'], 'Hit from cloudfront');
      });
    },
  }),
  ...cases(guide('invalidation-specifying-objects.html'), {
    'lets go of one path, in its case': async () => {
      const { live, results } = await edge({ respond: cacheControl('max-age=60') });
      await results('/a', '/A', '/b');
      await live.invalidate(['/a']);
      assert.deepEqual(await results('/a', '/A', '/b'), ['Miss', 'Hit', 'Hit']);
    },
    'lets go of what begins so with *': async () => {
      const { live, results } = await edge({ respond: cacheControl('max-age=60') });
      await results('/images/a', '/images/b', '/c');
      await live.invalidate(['/images/*']);
      assert.deepEqual(await results('/images/a', '/images/b', '/c'), ['Miss', 'Miss', 'Hit']);
      await live.invalidate(['/*']);
      assert.deepEqual(await results('/c'), ['Miss']);
    },
    'takes a * that is not the last character for itself': async () => {
      const { live, results } = await edge({ respond: cacheControl('max-age=60') });
      await results('/a/b');
      await live.invalidate(['/*/b']);
      assert.deepEqual(await results('/a/b'), ['Hit']);
    },
    'wants the query named where it is part of the key': async () => {
      const { live, results } = await edge({ respond: cacheControl('max-age=60'), policy: { query: ['all'] } });
      await results('/a?x=1', '/a?x=2');
      await live.invalidate(['/a']);
      assert.deepEqual(await results('/a?x=1'), ['Hit']);
      await live.invalidate(['/a?x=1']);
      assert.deepEqual(await results('/a?x=1', '/a?x=2'), ['Miss', 'Hit']);
    },
    'lets go of every version, whatever cookies and headers it was kept for': async () => {
      const policy = { cookies: ['all'], headers: ['Accept'] } as const;
      const { live, results } = await edge({ respond: cacheControl('max-age=60'), policy });
      const requests = ['a=1', 'a=2'].map((value) => ({
        headers: [
          ['Cookie', value],
          ['Accept', value],
        ] as const,
      }));
      await results(...requests);
      await live.invalidate(['/']);
      assert.deepEqual(await results(...requests), ['Miss', 'Miss']);
    },
  }),
];

async function certificate(): Promise<{ readonly cert: string; readonly key: string; readonly ca: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-'));
  const same = (bytes: Buffer): Promise<Buffer> => Promise.resolve(bytes);
  try {
    const { certPem, keyPem, caPem } = await openCertificates({
      folder,
      name: 'Test',
      seal: same,
      unseal: same,
      names: ['*.shop.localhost', 'localhost'],
      ips: ['127.0.0.1'],
      clock: realClock,
    });
    return { cert: certPem, key: keyPem, ca: caPem };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function overHttp2(port: number, ca: string): Promise<string> {
  const session: ClientHttp2Session = connect(`https://127.0.0.1:${String(port)}`, {
    ca,
    servername: 'api.shop.localhost',
  });
  try {
    return await new Promise<string>((resolve, reject) => {
      session.on('error', reject);
      const stream = session.request({ ':path': '/', ':authority': 'api.shop.localhost' });
      stream.on('error', reject);
      stream.on('response', (headers) => resolve(String(headers['x-cache'])));
      stream.resume();
    });
  } finally {
    session.destroy();
  }
}
