import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { header } from '../../src/local/http/headers.js';
import type { HeaderPair, HttpRequest, HttpResponse } from '../../src/local/contract/http.js';
import { cacheControl, cases, edge, guide, reply, saying, type EdgeOptions } from './cloudfront-edge.js';

/** Asserts that an answer is kept for exactly so long. */
async function keptFor(seconds: number, options: EdgeOptions): Promise<void> {
  const { results, advance } = await edge(options);
  assert.deepEqual(await results('/', '/'), ['Miss', 'Hit']);
  await advance(seconds - 1);
  assert.deepEqual(await results('/'), ['Hit']);
  await advance(1);
  assert.notEqual((await results('/'))[0], 'Hit');
}

async function notKept(options: EdgeOptions): Promise<void> {
  const { results } = await edge(options);
  assert.deepEqual(await results('/', '/'), ['Miss', 'Miss']);
}

const ttl = (...times: readonly [number, number, number]) => ({ ttl: times });
const start = Date.UTC(2026, 0, 1);

/** An origin with one version, told apart by a tag and a date. */
const versioned =
  (...headers: readonly HeaderPair[]) =>
  ({ headers: asked }: HttpRequest, count: number): HttpResponse => {
    const known = header(asked, 'if-none-match') !== undefined || header(asked, 'if-modified-since') !== undefined;
    const own: readonly HeaderPair[] = [['ETag', '"1"'], ['Last-Modified', new Date(start).toUTCString()], ...headers];
    return known ? { status: 304, headers: own, body: null } : reply(String(count), own);
  };

/** How long answers are kept, and what happens then. */
export const lifetimeCases = [
  ...cases(guide('Expiration.html'), {
    'keeps for max-age': () => keptFor(30, { respond: cacheControl('public, max-age=30') }),
    'keeps no longer than the maximum TTL': () =>
      keptFor(20, { respond: cacheControl('max-age=30'), policy: ttl(0, 0, 20) }),
    'keeps at least for the minimum TTL': () =>
      keptFor(40, { respond: cacheControl('max-age=30'), policy: ttl(40, 40, 100) }),
    'keeps for s-maxage where both are said': () => keptFor(50, { respond: cacheControl('max-age=5, s-maxage=50') }),
    'keeps no longer than the maximum TTL for s-maxage': () =>
      keptFor(20, { respond: cacheControl('max-age=5, s-maxage=50'), policy: ttl(0, 0, 20) }),
    'keeps until Expires': () => keptFor(60, { respond: saying(['Expires', new Date(start + 60_000).toUTCString()]) }),
    'keeps until Expires or for the maximum TTL, whichever is sooner': () =>
      keptFor(20, { respond: saying(['Expires', new Date(start + 60_000).toUTCString()]), policy: ttl(0, 0, 20) }),
    'goes by max-age and not by Expires where both are said': () =>
      keptFor(30, {
        respond: saying(['Expires', new Date(start + 60_000).toUTCString()], ['Cache-Control', 'max-age=30']),
      }),
    'keeps for the default TTL when the origin says nothing': () => keptFor(70, { policy: ttl(0, 70, 100) }),
    'keeps for the default TTL when Cache-Control says nothing of time': () =>
      keptFor(70, { respond: cacheControl('public'), policy: ttl(0, 70, 100) }),
    'keeps for the minimum TTL when that is longer than the default': () => keptFor(80, { policy: ttl(80, 70, 100) }),
    'keeps nothing with no-store': () => notKept({ respond: cacheControl('no-store'), policy: ttl(0, 70, 100) }),
    'keeps nothing with private': () =>
      notKept({ respond: cacheControl('private, max-age=30'), policy: ttl(0, 70, 100) }),
    'asks again each time with no-cache': () => notKept({ respond: cacheControl('no-cache'), policy: ttl(0, 70, 100) }),
    'takes no order from a viewer’s Cache-Control and Pragma': async () => {
      const { results } = await edge({ respond: cacheControl('max-age=30') });
      const headers: readonly HeaderPair[] = [
        ['Cache-Control', 'no-cache'],
        ['Pragma', 'no-cache'],
      ];
      assert.deepEqual(await results('/', { headers }), ['Miss', 'Hit']);
    },
    'passes Cache-Control on to the viewer as the origin wrote it': async () => {
      const { get } = await edge({ respond: cacheControl('max-age=30, s-maxage=60'), policy: ttl(100, 100, 100) });
      assert.equal((await get()).header('cache-control'), 'max-age=30, s-maxage=60');
    },
    'forwards the next request after the time is over': async () => {
      const { results, asked, advance } = await edge({ respond: cacheControl('max-age=30') });
      await results('/');
      await advance(30);
      assert.deepEqual(await results('/', '/'), ['Miss', 'Hit']);
      assert.equal(asked.length, 2);
    },
    'serves what it has after a 304, and keeps it again': async () => {
      const { get, advance, asked } = await edge({ respond: versioned(['Cache-Control', 'max-age=30']) });
      const first = await get();
      await advance(30);
      const [refreshed, hit] = [await get(), await get()];
      assert.deepEqual([refreshed.result, hit.result], ['RefreshHit', 'Hit']);
      assert.deepEqual([refreshed.status, refreshed.body], [200, first.body]);
      assert.equal(asked.length, 2);
    },
    'serves the latest version when the origin answers 200': async () => {
      const respond = (_request: HttpRequest, count: number) =>
        reply(`v${String(count)}`, [
          ['ETag', `"${String(count)}"`],
          ['Cache-Control', 'max-age=30'],
        ]);
      const { get, advance } = await edge({ respond });
      await get();
      await advance(30);
      assert.deepEqual([(await get()).body, (await get()).body], ['v2', 'v2']);
    },
  }),
  ...cases('https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachePolicyConfig.html (read 2026-11-25)', {
    'keeps for the minimum TTL in spite of no-cache, no-store and private': async () => {
      for (const said of ['no-cache', 'no-store', 'private']) {
        await keptFor(40, { respond: cacheControl(said), policy: ttl(40, 70, 100) });
      }
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#RequestCustomConditionalGETs'), {
    'asks with the tag and the date of what it has': async () => {
      const { get, advance, asked } = await edge({ respond: versioned(['Cache-Control', 'max-age=30']) });
      await get();
      await advance(30);
      await get();
      const headers = asked[1]?.headers ?? [];
      assert.equal(header(headers, 'if-none-match'), '"1"');
      assert.equal(header(headers, 'if-modified-since'), new Date(start).toUTCString());
    },
  }),
  ...cases(guide('http-3xx-status-codes.html'), {
    'keeps a 301 and passes it on without following it': async () => {
      const respond = () => reply('', [['Location', '/new']], 301);
      const { get, results } = await edge({ respond, policy: ttl(0, 60, 100) });
      assert.deepEqual([(await get()).status, (await get()).header('location')], [301, '/new']);
      assert.deepEqual(await results('/'), ['Hit']);
    },
    'keeps a 307 or 308 only where the origin sends Cache-Control': async () => {
      for (const status of [307, 308]) {
        const policy = ttl(0, 60, 100);
        await notKept({ respond: () => reply('', [['Location', '/new']], status), policy });
        const respond = () =>
          reply(
            '',
            [
              ['Location', '/new'],
              ['Cache-Control', 'max-age=30'],
            ],
            status,
          );
        await keptFor(30, { respond, policy });
      }
    },
  }),
  ...cases(
    'https://aws.amazon.com/about-aws/whats-new/2023/05/amazon-cloudfront-stale-while-revalidate-stale-if-error-cache-control-directives/ (read 2026-11-25)',
    {
      'answers at once with stale-while-revalidate, and fetches the new version meanwhile': async () => {
        const { get, advance } = await edge({ respond: cacheControl('max-age=10, stale-while-revalidate=20') });
        await get();
        await advance(15);
        const stale = await get();
        assert.deepEqual([stale.result, stale.body], ['Hit', '1']);
        await setImmediate();
        assert.equal((await get()).body, '2');
      },
      'waits for the origin once stale-while-revalidate is over': async () => {
        const { get, advance } = await edge({ respond: cacheControl('max-age=10, stale-while-revalidate=20') });
        await get();
        await advance(30);
        assert.deepEqual([(await get()).body], ['2']);
      },
      'serves stale content with stale-if-error for so long as that says': async () => {
        const respond = (_request: HttpRequest, count: number) =>
          count === 1 ? reply('good', [['Cache-Control', 'max-age=10, stale-if-error=60']]) : reply('bad', [], 500);
        const { get, advance } = await edge({ respond });
        await get();
        await advance(69);
        assert.equal((await get()).body, 'good');
        await advance(10);
        assert.equal((await get()).status, 500);
      },
    },
  ),
  ...cases('https://www.rfc-editor.org/rfc/rfc9111#section-5.1 (not re-read)', {
    'says in Age how old an answer from the cache is': async () => {
      const { get, advance } = await edge({ respond: cacheControl('max-age=30') });
      assert.equal((await get()).header('age'), undefined);
      await advance(12);
      assert.equal((await get()).header('age'), '12');
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#ResponseCustomContentNegotiation'), {
    'asks for the whole again each time with Vary: * and no minimum TTL': async () => {
      const { results, asked } = await edge({
        respond: saying(['Vary', '*'], ['ETag', '"1"'], ['Cache-Control', 'max-age=60']),
      });
      assert.deepEqual(await results('/', '/'), ['Miss', 'Miss']);
      assert.equal(header(asked[1]?.headers ?? [], 'if-none-match'), undefined);
    },
    'takes no notice of Vary: * with a minimum TTL': () =>
      keptFor(60, { respond: saying(['Vary', '*'], ['Cache-Control', 'max-age=60']), policy: ttl(5, 5, 100) }),
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#ResponseCustomRemovedHeaders'), {
    'keeps one object whatever Vary names': async () => {
      const { results } = await edge({ respond: saying(['Vary', 'User-Agent'], ['Cache-Control', 'max-age=60']) });
      const headers: readonly HeaderPair[] = [['User-Agent', 'other']];
      assert.deepEqual(await results('/', { headers }), ['Miss', 'Hit']);
    },
    'removes names from Vary that the origin does not get': async () => {
      const { get } = await edge({ respond: saying(['Vary', 'Accept-Language, Origin']) });
      assert.equal((await get()).header('vary'), undefined);
    },
    'leaves Accept-Encoding, Cookie and forwarded headers in Vary': async () => {
      const respond = saying(['Vary', 'Accept-Encoding, Cookie, Origin, X-Other']);
      const { get } = await edge({ respond, policy: { headers: ['Origin'] } });
      assert.equal((await get()).header('vary'), 'Accept-Encoding, Cookie, Origin');
    },
    'removes Set-Cookie where no cookie is forwarded': async () => {
      const { get } = await edge({ respond: saying(['Set-Cookie', 'a=1']) });
      assert.equal((await get()).header('set-cookie'), undefined);
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#ResponseCustomCookies'), {
    'keeps Set-Cookie with the object where cookies are forwarded': async () => {
      const respond = saying(['Set-Cookie', 'a=1'], ['Cache-Control', 'max-age=60']);
      const { get } = await edge({ respond, policy: { cookies: ['all'] } });
      await get();
      const hit = await get();
      assert.deepEqual([hit.result, hit.header('set-cookie')], ['Hit', 'a=1']);
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#request-custom-traffic-spikes'), {
    'asks the origin once for simultaneous requests with one key': async () => {
      const { get, asked } = await edge({ respond: slow('max-age=60') });
      const answers = await Promise.all([get('/a'), get('/a'), get('/a')]);
      assert.equal(asked.length, 1);
      assert.deepEqual(new Set(answers.map(({ body }) => body)), new Set(['1']));
    },
    'asks for each of simultaneous requests with different keys': async () => {
      const { get, asked } = await edge({ respond: slow('max-age=60'), policy: { headers: ['Accept'] } });
      await Promise.all(['a', 'b'].map((value) => get('/a', { headers: [['Accept', value]] })));
      assert.equal(asked.length, 2);
    },
    'lets no request wait for another with CachingDisabled': async () => {
      let begin = (): void => undefined;
      const third = new Promise<void>((resolve) => (begin = resolve));
      const respond = async (_request: HttpRequest, count: number) => {
        if (count === 3) begin();
        await third;
        return reply(String(count), [['Cache-Control', 'max-age=60']]);
      };
      const { get } = await edge({ respond, policy: 'Managed-CachingDisabled' });
      const answers = await Promise.all([get('/a'), get('/a'), get('/a')]);
      assert.equal(new Set(answers.map(({ body }) => body)).size, 3);
    },
    'shares nothing that must not be stored': async () => {
      const { get } = await edge({ respond: slow('no-store') });
      const answers = await Promise.all([get('/a'), get('/a')]);
      assert.equal(new Set(answers.map(({ body }) => body)).size, 2);
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#ResponseCustomDroppedTCPConnections'), {
    'keeps no answer that is shorter than its Content-Length': async () => {
      const respond = (): HttpResponse => ({
        status: 200,
        headers: [
          ['Content-Length', '100'],
          ['Cache-Control', 'max-age=60'],
        ],
        body: Readable.from([Buffer.from('short')]),
      });
      await notKept({ respond });
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#ResponseCustomTransferEncoding'), {
    'keeps an answer that came in chunks': async () => {
      const respond = (): HttpResponse => ({
        status: 200,
        headers: [['Cache-Control', 'max-age=60']],
        body: Readable.from([Buffer.from('one '), Buffer.from('two')]),
      });
      const { get } = await edge({ respond });
      assert.equal((await get()).body, 'one two');
      const hit = await get();
      assert.deepEqual([hit.result, hit.body], ['Hit', 'one two']);
    },
  }),
];

function slow(value: string) {
  const answer = cacheControl(value);
  return async (request: HttpRequest, count: number): Promise<HttpResponse> => {
    await setImmediate();
    return answer(request, count);
  };
}
