import assert from 'node:assert/strict';
import { header } from '../../src/local/http/headers.js';
import type { HeaderPair } from '../../src/local/contract/http.js';
import { cacheControl, cases, edge, guide, saying } from './cloudfront-edge.js';

const kept = cacheControl('max-age=60');
const sending = (...headers: readonly HeaderPair[]) => ({ headers });
const accepting = (value: string) => sending(['Accept-Encoding', value]);

/** What makes two requests the same, and what of them the origin gets. */
export const keyCases = [
  ...cases(guide('understanding-the-cache-key.html'), {
    'answers the second request for a path from the cache': async () => {
      const { results, asked } = await edge({ respond: kept });
      assert.deepEqual(await results('/a', '/a', '/b'), ['Miss', 'Hit', 'Miss']);
      assert.equal(asked.length, 2);
    },
    'takes paths that differ in case for different objects': async () => {
      const { results } = await edge({ respond: kept });
      assert.deepEqual(await results('/a', '/A'), ['Miss', 'Miss']);
    },
    'leaves query, cookies and headers out of the key when no policy names them': async () => {
      const { results } = await edge({ respond: kept });
      const other = { target: '/a?x=2', headers: [['Cookie', 'a=1'] as const, ['User-Agent', 'x'] as const] };
      assert.deepEqual(await results('/a?x=1', other), ['Miss', 'Hit']);
    },
    'keeps one object for all names of a distribution': async () => {
      const { results } = await edge({
        respond: kept,
        distribution: () => ({ aliases: ['a.localhost', 'b.localhost'] }),
      });
      assert.deepEqual(await results({ host: 'a.localhost' }, { host: 'b.localhost' }), ['Miss', 'Hit']);
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#RequestCustomProtocols'), {
    'keeps one object for viewers by HTTP and by HTTPS': async () => {
      const { results } = await edge({ respond: kept });
      assert.deepEqual(await results({ tls: false }, {}), ['Miss', 'Hit']);
    },
  }),
  ...cases(
    'https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ParametersInCacheKeyAndForwardedToOrigin.html (read 2026-11-25)',
    {
      'puts the whole query into the key and passes it on with all': async () => {
        const { results, asked } = await edge({ respond: kept, policy: { query: ['all'] } });
        assert.deepEqual(await results('/a?x=1&y=2', '/a?x=1&y=2', '/a?x=1'), ['Miss', 'Hit', 'Miss']);
        assert.equal(asked[0]?.target, '/a?x=1&y=2');
      },
      'passes no query on with none': async () => {
        const { get, asked } = await edge({ respond: kept });
        await get('/a?x=1');
        assert.equal(asked[0]?.target, '/a');
      },
      'puts listed parameters alone into the key with whitelist': async () => {
        const { results, asked } = await edge({ respond: kept, policy: { query: ['whitelist', 'x'] } });
        assert.deepEqual(await results('/a?x=1&y=1', '/a?y=2&x=1', '/a?x=2'), ['Miss', 'Hit', 'Miss']);
        assert.equal(asked[0]?.target, '/a?x=1');
      },
      'puts all but the listed parameters into the key with allExcept': async () => {
        const { results, asked } = await edge({ respond: kept, policy: { query: ['allExcept', 'x'] } });
        assert.deepEqual(await results('/a?x=1&y=1', '/a?x=2&y=1', '/a?x=1&y=2'), ['Miss', 'Hit', 'Miss']);
        assert.equal(asked[0]?.target, '/a?y=1');
      },
      'puts listed headers into the key and passes them on': async () => {
        const { results, asked } = await edge({ respond: kept, policy: { headers: ['Accept-Language'] } });
        const german = sending(['accept-language', 'de']);
        assert.deepEqual(await results(german, german, sending(['Accept-Language', 'en'])), ['Miss', 'Hit', 'Miss']);
        assert.equal(header(asked[0]?.headers ?? [], 'accept-language'), 'de');
      },
      'puts listed cookies alone into the key and passes only them on': async () => {
        const { results, asked } = await edge({ respond: kept, policy: { cookies: ['whitelist', 'a'] } });
        const requests = ['a=1; b=1', 'a=1; b=2', 'a=2'].map((value) => sending(['Cookie', value]));
        assert.deepEqual(await results(...requests), ['Miss', 'Hit', 'Miss']);
        assert.equal(header(asked[0]?.headers ?? [], 'cookie'), 'a=1');
      },
      'puts all but the listed cookies into the key with allExcept': async () => {
        const { results, asked } = await edge({ respond: kept, policy: { cookies: ['allExcept', 'b'] } });
        const requests = ['a=1; b=1', 'a=1; b=2', 'a=2'].map((value) => sending(['Cookie', value]));
        assert.deepEqual(await results(...requests), ['Miss', 'Hit', 'Miss']);
        assert.equal(header(asked[0]?.headers ?? [], 'cookie'), 'a=1');
      },
      'puts every cookie into the key with all': async () => {
        const { results, asked } = await edge({ respond: kept, policy: { cookies: ['all'] } });
        const requests = ['a=1; b=1', 'a=1; b=1', 'a=1'].map((value) => sending(['Cookie', value]));
        assert.deepEqual(await results(...requests), ['Miss', 'Hit', 'Miss']);
        assert.equal(header(asked[0]?.headers ?? [], 'cookie'), 'a=1; b=1');
      },
      'passes on what an origin request policy names without making it part of the key': async () => {
        const { results, asked } = await edge({ respond: kept, requestPolicy: 'Managed-AllViewer' });
        assert.deepEqual(await results('/a?x=1', '/a?x=2'), ['Miss', 'Hit']);
        assert.equal(asked[0]?.target, '/a?x=1');
      },
      'normalises Accept-Encoding to br,gzip for the origin when both are enabled': async () => {
        const { get, asked } = await edge({ respond: kept, policy: { gzip: true, brotli: true } });
        await get('/', accepting('gzip, deflate, br;q=0.9'));
        assert.equal(header(asked[0]?.headers ?? [], 'accept-encoding'), 'br,gzip');
      },
      'keeps an object for each normalised Accept-Encoding': async () => {
        const { results } = await edge({ respond: kept, policy: { gzip: true, brotli: true } });
        const requests = ['gzip, deflate', 'gzip', 'br, gzip', 'br'].map(accepting);
        assert.deepEqual(await results(...requests, {}), ['Miss', 'Hit', 'Miss', 'Miss', 'Miss']);
      },
    },
  ),
  ...cases(
    'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cache-key-understand-cache-policy.html#cache-policy-compressed-objects (not re-read)',
    {
      'leaves Brotli out of Accept-Encoding where gzip alone is enabled': async () => {
        const { get, asked } = await edge({ respond: kept, policy: { gzip: true } });
        await get('/', accepting('gzip, br'));
        assert.equal(header(asked[0]?.headers ?? [], 'accept-encoding'), 'gzip');
      },
      'asks the origin for identity when the viewer takes neither coding': async () => {
        const { get, asked } = await edge({ respond: kept, policy: { gzip: true, brotli: true } });
        await get('/', accepting('deflate'));
        assert.equal(header(asked[0]?.headers ?? [], 'accept-encoding'), 'identity');
      },
      'passes no Accept-Encoding on when the viewer sends none': async () => {
        const { get, asked } = await edge({ respond: kept, policy: { gzip: true, brotli: true } });
        await get('/');
        assert.equal(header(asked[0]?.headers ?? [], 'accept-encoding'), undefined);
      },
      'takes the order of parameters for a difference': async () => {
        const { results } = await edge({ respond: kept, policy: { query: ['all'] } });
        assert.deepEqual(await results('/a?x=1&y=2', '/a?y=2&x=1'), ['Miss', 'Miss']);
      },
    },
  ),
  ...cases(guide('using-managed-cache-policies.html'), {
    'keeps nothing with CachingDisabled': async () => {
      const { results } = await edge({ respond: kept, policy: 'Managed-CachingDisabled' });
      assert.deepEqual(await results('/', '/'), ['Miss', 'Miss']);
    },
    'keeps for a day by default, and at least a second, with CachingOptimized': async () => {
      const { results, advance } = await edge({ respond: saying(), policy: 'Managed-CachingOptimized' });
      await results('/?x=1');
      await advance(86_399);
      assert.deepEqual(await results('/?x=2'), ['Hit']);
      await advance(1);
      assert.deepEqual(await results('/'), ['Miss']);
    },
    'keeps a second even what must not be stored with CachingOptimized': async () => {
      const { results, advance } = await edge({
        respond: cacheControl('no-store'),
        policy: 'Managed-CachingOptimized',
      });
      assert.deepEqual(await results('/', '/'), ['Miss', 'Hit']);
      await advance(1);
      assert.deepEqual(await results('/'), ['Miss']);
    },
    'keeps only what the origin asks to keep with UseOriginCacheControlHeaders': async () => {
      const policy = 'Managed-UseOriginCacheControlHeaders';
      const [silent, asking] = [await edge({ policy }), await edge({ policy, respond: kept })];
      assert.deepEqual(await silent.results('/', '/'), ['Miss', 'Miss']);
      assert.deepEqual(await asking.results('/', '/'), ['Miss', 'Hit']);
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#RequestCustomHTTPMethods'), {
    'keeps answers to HEAD, and answers HEAD from the object of GET': async () => {
      const { results, get } = await edge({ respond: kept });
      assert.deepEqual(await results({ method: 'HEAD' }, { method: 'HEAD' }, {}, {}), ['Miss', 'Hit', 'Miss', 'Hit']);
      assert.equal((await get('/', { method: 'HEAD' })).body, '');
    },
    'keeps no answer to POST, PUT, PATCH and DELETE': async () => {
      const { results } = await edge({ respond: kept });
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        assert.deepEqual(await results({ method }, { method }), ['Miss', 'Miss']);
      }
    },
    'keeps answers to OPTIONS only where the behaviour says so': async () => {
      const method = 'OPTIONS';
      const without = await edge({ respond: kept });
      assert.deepEqual(await without.results({ method }, { method }), ['Miss', 'Miss']);
      const behaviour = { cached_methods: ['GET', 'HEAD', 'OPTIONS'] };
      const { results } = await edge({ respond: kept, behaviour });
      assert.deepEqual(await results({ method }, { method }, {}), ['Miss', 'Hit', 'Miss']);
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#request-custom-headers-behavior'), {
    'removes Authorization from GET where no policy names it': async () => {
      const { get, asked } = await edge({ respond: kept });
      await get('/', sending(['Authorization', 'Bearer x']));
      assert.equal(header(asked[0]?.headers ?? [], 'authorization'), undefined);
    },
    'passes Authorization on with POST': async () => {
      const { get, asked } = await edge();
      await get('/', { method: 'POST', ...sending(['Authorization', 'Bearer x']) });
      assert.equal(header(asked[0]?.headers ?? [], 'authorization'), 'Bearer x');
    },
    'keeps an object for each Authorization where the cache policy names it': async () => {
      const { results, asked } = await edge({ respond: kept, policy: { headers: ['Authorization'] } });
      const [one, other] = [sending(['Authorization', 'a']), sending(['Authorization', 'b'])];
      assert.deepEqual(await results(one, one, other), ['Miss', 'Hit', 'Miss']);
      assert.equal(header(asked[0]?.headers ?? [], 'authorization'), 'a');
    },
  }),
];
