import assert from 'node:assert/strict';
import { UpstreamError, type HeaderPair, type HttpRequest } from '../../src/local/contract/http.js';
import { header } from '../../src/local/http/headers.js';
import { fakeRequest } from '../../src/local/testing/fake-request.js';
import { cases, edge, guide, reply, type EdgeOptions } from './cloudfront-edge.js';

const failing =
  (status: number, ...headers: readonly HeaderPair[]) =>
  () =>
    reply(`error ${String(status)}`, headers, status);

/** Good once, then an error. */
const worsening = (status: number) => (_request: HttpRequest, count: number) =>
  count === 1 ? reply('good', [['Cache-Control', 'max-age=10']]) : reply('bad', [], status);

const rules = (...custom_error_response: readonly object[]): Pick<EdgeOptions, 'distribution'> => ({
  distribution: () => ({ custom_error_response }),
});

/** How often the origin is asked in so many seconds, once a second. */
async function askedIn(seconds: number, options: EdgeOptions): Promise<number> {
  const { get, advance, asked } = await edge(options);
  for (let second = 0; second < seconds; second += 1) {
    await get();
    await advance(1);
  }
  return asked.length;
}

const site = ({ target }: HttpRequest) =>
  target === '/error.html' ? reply('page') : reply('gone', [], target === '/broken' ? 500 : 404);
const page = { error_code: 404, response_code: 200, response_page_path: '/error.html' };

/** Errors: what is kept, shown and served in their place. */
export const errorCases = [
  ...cases(guide('custom-error-pages-expiration.html'), {
    'keeps an error for 10 seconds by default': async () => {
      assert.equal(await askedIn(20, { respond: failing(404) }), 2);
    },
    'keeps an error for error_caching_min_ttl': async () => {
      const rule = { error_code: 404, error_caching_min_ttl: 5 };
      assert.equal(await askedIn(20, { respond: failing(404), ...rules(rule) }), 4);
    },
    'keeps no error where error_caching_min_ttl is 0': async () => {
      const rule = { error_code: 503, error_caching_min_ttl: 0 };
      assert.equal(await askedIn(5, { respond: failing(503), ...rules(rule) }), 5);
    },
    'keeps an error for max-age where that is longer': async () => {
      assert.equal(await askedIn(20, { respond: failing(404, ['Cache-Control', 'max-age=20']) }), 1);
    },
    'keeps an error for s-maxage before max-age': async () => {
      const said = ['Cache-Control', 'max-age=40, s-maxage=20'] as const;
      assert.equal(await askedIn(40, { respond: failing(404, said) }), 2);
    },
    'keeps an error for the minimum where max-age is shorter': async () => {
      assert.equal(await askedIn(20, { respond: failing(404, ['Cache-Control', 'max-age=1']) }), 2);
    },
    'keeps an error in spite of no-store': async () => {
      assert.equal(await askedIn(10, { respond: failing(500, ['Cache-Control', 'no-store']) }), 1);
    },
    'keeps an error with CachingDisabled too': async () => {
      const policy = 'Managed-CachingDisabled';
      assert.equal(await askedIn(10, { respond: failing(500), policy }), 1);
    },
    'never keeps a 416': async () => {
      const rule = { error_code: 416, error_caching_min_ttl: 60 };
      assert.equal(await askedIn(3, { respond: failing(416), ...rules(rule) }), 3);
    },
  }),
  ...cases(guide('HTTPStatusCodes.html'), {
    'always keeps 404, 414, 500, 501, 502, 503 and 504': async () => {
      for (const status of [404, 414, 500, 501, 502, 503, 504]) {
        assert.equal(await askedIn(10, { respond: failing(status) }), 1, String(status));
      }
    },
    'keeps 400, 403, 412 and 415 only where the origin says for how long': async () => {
      for (const status of [400, 403, 412, 415]) {
        assert.equal(await askedIn(2, { respond: failing(status) }), 2, String(status));
        const said = ['Cache-Control', 'max-age=10'] as const;
        assert.equal(await askedIn(10, { respond: failing(status, said) }), 1, String(status));
      }
    },
    'keeps no other 4xx': async () => {
      for (const status of [401, 409, 429]) {
        assert.equal(await askedIn(2, { respond: failing(status, ['Cache-Control', 'max-age=60']) }), 2);
      }
    },
    'keeps no error of a POST': async () => {
      const { results, asked } = await edge({ respond: failing(500) });
      await results({ method: 'POST' }, { method: 'POST' });
      assert.equal(asked.length, 2);
    },
    'serves the expired object when the origin answers 5xx': async () => {
      const { get, advance } = await edge({ respond: worsening(500) });
      await get();
      await advance(10);
      const answer = await get();
      assert.deepEqual([answer.status, answer.body], [200, 'good']);
    },
    'asks again only after the error time while it serves an expired object': async () => {
      const { get, advance, asked } = await edge({ respond: worsening(503) });
      await get();
      await advance(10);
      await get();
      await advance(9);
      await get();
      assert.equal(asked.length, 2);
      await advance(1);
      await get();
      assert.equal(asked.length, 3);
    },
    'answers a 4xx in place of the expired object': async () => {
      const { get, advance } = await edge({ respond: worsening(404) });
      await get();
      await advance(10);
      assert.equal((await get()).status, 404);
    },
    'serves the expired object when the origin cannot be reached': async () => {
      const { get, advance, plane } = await edge({ respond: worsening(500) });
      await get();
      await advance(10);
      plane.registry.forget('aws_lb_listener.https');
      assert.equal((await get()).body, 'good');
    },
    'says that it was an error, kept or not': async () => {
      const { results } = await edge({ respond: failing(404) });
      assert.deepEqual(await results('/', '/'), ['Error', 'Error']);
    },
  }),
  ...cases('https://repost.aws/knowledge-center/cloudfront-503-error (read 2026-11-25)', {
    'keeps none of its own errors': async () => {
      const respond = () => Promise.reject(new UpstreamError('refused', 'refused'));
      assert.equal(await askedIn(3, { respond }), 3);
    },
    'keeps its own error where a custom error response says for how long': async () => {
      const respond = () => Promise.reject(new UpstreamError('refused', 'refused'));
      assert.equal(await askedIn(5, { respond, ...rules({ error_code: 502, error_caching_min_ttl: 5 }) }), 1);
    },
  }),
  ...cases(guide('HTTPStatusCodes.html#HTTPStatusCodes-custom-error-pages'), {
    'shows the page with its own status': async () => {
      const { get } = await edge({ respond: site, ...rules(page) });
      const answer = await get('/x');
      assert.deepEqual([answer.status, answer.body, answer.result], [200, 'page', 'Error']);
    },
    'shows the page with the origin’s status when no other is named': async () => {
      const { get } = await edge({ respond: site, ...rules({ error_code: 404, response_page_path: '/error.html' }) });
      assert.equal((await get('/x')).status, 404);
    },
    'keeps the page for the error time': async () => {
      const { results, asked, advance } = await edge({ respond: site, ...rules(page) });
      await results('/x', '/x');
      assert.deepEqual(
        asked.map(({ target }) => target),
        ['/x', '/error.html'],
      );
      await advance(10);
      await results('/x');
      assert.equal(asked.length, 4);
    },
    'asks for the page by the behaviour that its path matches': async () => {
      const { get, asked } = await edge({
        respond: site,
        distribution: (made) => ({
          custom_error_response: [page],
          ordered_cache_behavior: [{ ...made, target_origin_id: 's3', path_pattern: '/error.html' }],
        }),
      });
      await get('/x');
      assert.match(header(asked[1]?.headers ?? [], 'authorization') ?? '', /^AWS4-HMAC-SHA256/);
    },
    'answers the page’s own error when it cannot be had': async () => {
      const { get } = await edge({ respond: site, ...rules({ ...page, response_page_path: '/broken' }) });
      assert.equal((await get('/x')).status, 500);
    },
  }),
  ...cases('https://docs.aws.amazon.com/waf/latest/developerguide/cloudfront-waf-use-cases.html (read 2026-11-25)', {
    'leaves a web ACL’s own response as it is, whatever error page there is': async () => {
      const block = { action: 'block', evaluated: true, rule: 'sqli', status: 403, body: '{"blocked":true}' } as const;
      const verdict = { ...block, headers: [['X-Blocked-By', 'waf']] } as const;
      const { get, asked } = await edge({ respond: site, verdict, ...rules({ ...page, error_code: 403 }) });
      const answer = await get('/x');
      assert.deepEqual([answer.status, answer.body, answer.header('x-blocked-by')], [403, block.body, 'waf']);
      assert.equal(asked.length, 0);
    },
    'shows the error page for a block without a response of its own': async () => {
      const verdict = { action: 'block', evaluated: true, rule: 'sqli', status: 403 } as const;
      const { get } = await edge({ respond: site, verdict, ...rules({ ...page, error_code: 403 }) });
      const answer = await get('/x');
      assert.deepEqual([answer.status, answer.body], [200, 'page']);
    },
  }),
  ...cases('https://docs.aws.amazon.com/waf/latest/developerguide/waf-custom-request-response.html (not re-read)', {
    'goes on with the request that the web ACL made of it': async () => {
      const request = fakeRequest({ headers: [['X-Amzn-Waf-Seen', '1']] });
      const { get, asked } = await edge({
        policy: { headers: ['X-Amzn-Waf-Seen'] },
        verdict: { action: 'allow', evaluated: true, request },
      });
      await get('/');
      assert.equal(header(asked[0]?.headers ?? [], 'x-amzn-waf-seen'), '1');
    },
  }),
];
