import assert from 'node:assert/strict';
import type { HeaderPair } from '../../src/local/contract/http.js';
import { allValues, header } from '../../src/local/http/headers.js';
import { cacheControl, cases, edge, guide, reply, saying, type EdgeOptions } from './cloudfront-edge.js';

const handler = (body: string): string => `function handler(event) { ${body} }`;

/** A viewer-request function with this body. */
const before = (body: string, options: EdgeOptions = {}) => edge({ ...options, viewerRequest: handler(body) });

/** A viewer-response function with this body. */
const after = (body: string, options: EdgeOptions = {}) => edge({ ...options, viewerResponse: handler(body) });

/** What an expression says of the event. */
async function seen(expression: string, headers: readonly HeaderPair[] = [], target = '/'): Promise<unknown> {
  const body = `return { statusCode: 200, body: JSON.stringify(${expression}) };`;
  const { get } = await before(body);
  return JSON.parse((await get(target, { headers })).body);
}

const status = async (body: string): Promise<number> => (await (await before(body)).get('/?a=1')).status;

/** What functions see, may change, and answer. */
export const functionCases = [
  ...cases(guide('functions-event-structure.html'), {
    'gives functions version, context and viewer': async () => {
      assert.deepEqual(await seen('[event.version, event.context.eventType, event.viewer.ip]'), [
        '1.0',
        'viewer-request',
        '198.51.100.7',
      ]);
      const [domain, id, request] = (await seen(
        '[event.context.distributionDomainName, event.context.distributionId, event.context.requestId]',
      )) as readonly string[];
      assert.match(domain ?? '', /\.cloudfront\./);
      assert.match(id ?? '', /^E[0-9A-Z]{13}$/);
      assert.ok((request ?? '').length > 20);
    },
    'gives functions the method and the path without its query': async () => {
      assert.deepEqual(await seen('[event.request.method, event.request.uri]', [], '/a?x=1'), ['GET', '/a']);
    },
    'gives header names in lower case': async () => {
      assert.deepEqual(await seen("event.request.headers['x-a']", [['X-A', '1']]), { value: '1' });
    },
    'gives cookies apart from headers': async () => {
      const found = await seen('[event.request.cookies, event.request.headers.cookie]', [['Cookie', 'a=1; b=2']]);
      assert.deepEqual(found, [{ a: { value: '1' }, b: { value: '2' } }, null]);
    },
    'gives parameters by name, and an empty object without a query': async () => {
      assert.deepEqual(await seen('event.request.querystring', [], '/?a=1&b'), { a: { value: '1' }, b: { value: '' } });
      assert.deepEqual(await seen('event.request.querystring'), {});
    },
    'gives several values of one name as multiValue': async () => {
      const expected = { value: '1', multiValue: [{ value: '1' }, { value: '2' }] };
      assert.deepEqual(await seen('event.request.querystring.a', [], '/?a=1&a=2'), expected);
      assert.deepEqual(
        await seen("event.request.headers['x-a']", [
          ['X-A', '1'],
          ['X-A', '2'],
        ]),
        expected,
      );
    },
    'leaves several values in one header as they are': async () => {
      assert.deepEqual(await seen('event.request.headers.accept', [['Accept', 'a, b']]), { value: 'a, b' });
    },
    'passes on a header that a function adds, each word with a capital': async () => {
      const body = "event.request.headers['example-header-name'] = { value: 'x' }; return event.request;";
      const { get, asked } = await before(body, { requestPolicy: 'Managed-AllViewer' });
      await get();
      assert.ok(asked[0]?.headers.some(([name, value]) => name === 'Example-Header-Name' && value === 'x'));
    },
    'replaces a header that a viewer sent': async () => {
      const body =
        "event.request.headers['x-forwarded-host'] = { value: event.request.headers.host.value }; return event.request;";
      const { get, asked } = await before(body, { requestPolicy: 'Managed-AllViewerExceptHostHeader' });
      await get('/', { headers: [['X-Forwarded-Host', 'evil.test']] });
      assert.deepEqual(allValues(asked[0]?.headers ?? [], 'x-forwarded-host'), ['api.shop.localhost']);
    },
    'removes a header that a function deletes': async () => {
      const body = "delete event.request.headers['x-a']; return event.request;";
      const { get, asked } = await before(body, { requestPolicy: 'Managed-AllViewer' });
      await get('/', { headers: [['X-A', '1']] });
      assert.equal(header(asked[0]?.headers ?? [], 'x-a'), undefined);
    },
    'goes by multiValue where a function changes both': async () => {
      const body =
        "event.request.headers['x-a'].value = 'z'; event.request.headers['x-a'].multiValue[1].value = '3'; return event.request;";
      const { get, asked } = await before(body, { requestPolicy: 'Managed-AllViewer' });
      await get('/', {
        headers: [
          ['X-A', '1'],
          ['X-A', '2'],
        ],
      });
      assert.deepEqual(allValues(asked[0]?.headers ?? [], 'x-a'), ['1', '3']);
    },
    'asks for another object where a function changes the path': async () => {
      const { get, asked } = await before("event.request.uri = '/index.html'; return event.request;");
      await get('/deep');
      assert.equal(asked[0]?.target, '/index.html');
    },
    'stays with the behaviour of the first path': async () => {
      const code = handler("event.request.uri = '/static/x'; return event.request;");
      const { get, asked } = await edge({
        viewerRequest: code,
        distribution: (made) => ({
          default_cache_behavior: [made],
          ordered_cache_behavior: [
            { ...made, function_association: [], target_origin_id: 's3', path_pattern: '/static/*' },
          ],
        }),
      });
      await get('/');
      assert.equal(header(asked[0]?.headers ?? [], 'x-origin-verify'), 's3cret');
    },
    'makes the key of what a function changed': async () => {
      const body =
        'event.request.querystring = {}; event.request.uri = event.request.uri.toLowerCase(); return event.request;';
      const { results } = await before(body, { respond: cacheControl('max-age=60'), policy: { query: ['all'] } });
      assert.deepEqual(await results('/A?x=1', '/a?x=2'), ['Miss', 'Hit']);
    },
    'passes on parameters and cookies that a function changes': async () => {
      const body =
        "event.request.querystring.b = { value: '2' }; event.request.cookies.c = { value: '3' }; return event.request;";
      const { get, asked } = await before(body, { requestPolicy: 'Managed-AllViewer' });
      await get('/?a=1', { headers: [['Cookie', 'x=1']] });
      assert.deepEqual([asked[0]?.target, header(asked[0]?.headers ?? [], 'cookie')], ['/?a=1&b=2', 'x=1; c=3']);
    },
    'passes an unchanged query on as it was written': async () => {
      const { get, asked } = await before('return event.request;', { requestPolicy: 'Managed-AllViewer' });
      await get('/?b=%20&a=1&&b=+');
      assert.equal(asked[0]?.target, '/?b=%20&a=1&&b=+');
    },
    'refuses another method': async () => {
      assert.equal(await status("event.request.method = 'POST'; return event.request;"), 502);
    },
    'refuses a path without its first slash': async () => {
      assert.equal(await status("event.request.uri = 'x'; return event.request;"), 502);
    },
    'answers what a function makes, without asking the origin': async () => {
      const body = "return { statusCode: 302, headers: { location: { value: 'https://x.test/' } } };";
      const { get, asked } = await before(body);
      const answer = await get();
      assert.deepEqual([answer.status, answer.header('location'), asked.length], [302, 'https://x.test/', 0]);
      assert.equal(answer.result, 'FunctionGeneratedResponse');
    },
    'takes a body as text, as data and as base64': async () => {
      for (const body of ["'hello'", "{ data: 'hello' }", "{ encoding: 'base64', data: 'aGVsbG8=' }"]) {
        const { get } = await before(`return { statusCode: 200, body: ${body} };`);
        const answer = await get();
        assert.deepEqual([answer.body, answer.header('content-length')], ['hello', '5']);
      }
    },
    'refuses a body that is no base64': async () => {
      assert.equal(await status("return { statusCode: 200, body: { encoding: 'base64', data: '?' } };"), 502);
    },
    'writes cookies of a function’s answer with their attributes': async () => {
      const body = "return { statusCode: 200, cookies: { a: { value: '1', attributes: 'Secure; Path=/' } } };";
      const { get } = await before(body);
      assert.equal((await get()).header('set-cookie'), 'a=1; Secure; Path=/');
    },
    'shows no error page for an error that a function answers': async () => {
      const { get } = await before("return { statusCode: 404, body: 'mine' };", {
        distribution: () => ({ custom_error_response: [{ error_code: 404, response_page_path: '/x' }] }),
      });
      assert.equal((await get()).body, 'mine');
    },
    'keeps no answer that a function makes': async () => {
      const body = "return { statusCode: 200, headers: { 'cache-control': { value: 'max-age=60' } } };";
      const { results } = await before(body);
      assert.deepEqual(await results('/', '/'), ['FunctionGeneratedResponse', 'FunctionGeneratedResponse']);
    },
    'lets a viewer-response function set headers, on hits too': async () => {
      const body = "event.response.headers['x-a'] = { value: event.context.eventType }; return event.response;";
      const { get } = await after(body, { respond: cacheControl('max-age=60') });
      assert.deepEqual(
        [(await get()).header('x-a'), (await get()).header('X-A')],
        ['viewer-response', 'viewer-response'],
      );
    },
    'lets a viewer-response function change the status and the body': async () => {
      const { get } = await after(
        "event.response.statusCode = 201; event.response.body = 'new'; return event.response;",
      );
      const answer = await get();
      assert.deepEqual([answer.status, answer.body, answer.header('content-length')], [201, 'new', '3']);
    },
    'leaves the body where a viewer-response function says nothing of it': async () => {
      const { get } = await after('return event.response;');
      assert.equal((await get()).body, '1');
    },
    'gives Set-Cookie to a viewer-response function as cookies with attributes': async () => {
      const body =
        "event.response.headers['x-a'] = { value: JSON.stringify(event.response.cookies) }; return event.response;";
      const { get } = await after(body, {
        respond: saying(['Set-Cookie', 'a=1; Secure; Path=/']),
        requestPolicy: 'Managed-AllViewer',
      });
      const answer = await get();
      assert.deepEqual(JSON.parse(answer.header('x-a') ?? ''), { a: { value: '1', attributes: 'Secure; Path=/' } });
      assert.equal(answer.header('set-cookie'), 'a=1; Secure; Path=/');
    },
  }),
  ...cases(guide('edge-function-restrictions-all.html'), {
    'calls no viewer-response function for 400 and above': async () => {
      const body = "event.response.headers['x-a'] = { value: '1' }; return event.response;";
      const { get } = await after(body, { respond: () => reply('', [], 404) });
      assert.equal((await get()).header('x-a'), undefined);
    },
    'answers 502 where a function changes a read-only header': async () => {
      for (const name of ['host', 'content-length', 'via', 'transfer-encoding']) {
        assert.equal(
          await status(`event.request.headers['${name}'] = { value: '1' }; return event.request;`),
          502,
          name,
        );
      }
    },
    'answers 502 where a function adds a header that it may not': async () => {
      for (const name of ['connection', 'x-cache', 'x-amz-cf-id', 'x-edge-a', 'x-forwarded-proto', 'x-real-ip']) {
        assert.equal(
          await status(`event.request.headers['${name}'] = { value: '1' }; return event.request;`),
          502,
          name,
        );
      }
    },
    'shows functions no header that they may not add': async () => {
      assert.equal(await seen("event.request.headers['x-real-ip'] || null", [['X-Real-IP', '1']]), null);
    },
    'answers 502 where a viewer-response function changes Via': async () => {
      const { get } = await after("event.response.headers.via = { value: 'x' }; return event.response;");
      assert.equal((await get()).status, 502);
    },
    'answers 502 for a query with spaces, and for an address of 8,192 characters': async () => {
      assert.equal(await status("event.request.querystring = 'a b'; return event.request;"), 502);
      assert.equal(await status("event.request.uri = '/' + 'x'.repeat(8192); return event.request;"), 502);
    },
  }),
  ...cases(
    guide('functions-javascript-runtime-features.html#writing-functions-javascript-features-restricted-features'),
    {
      'lets functions evaluate no text': async () => {
        assert.equal(await status("eval('1'); return event.request;"), 503);
        assert.equal(await status("new Function('return 1')(); return event.request;"), 503);
      },
      'gives functions no timers, files, processes and network': async () => {
        const names = ['setTimeout', 'setImmediate', 'process', 'fetch', 'XMLHttpRequest'];
        assert.deepEqual(
          await seen(`${JSON.stringify(names)}.map((name) => typeof globalThis[name])`),
          names.map(() => 'undefined'),
        );
        assert.equal(await status("require('fs'); return event.request;"), 503);
      },
      'lets time stand still while a function runs': async () => {
        const start = Date.UTC(2026, 0, 1);
        assert.deepEqual(await seen('[Date.now(), new Date().getTime(), new Date(5).getTime()]'), [start, start, 5]);
      },
      'ends a function that does not': async () => {
        assert.equal(await status('while (true) {}'), 503);
      },
      'waits for an async handler': async () => {
        const { get } = await edge({
          viewerRequest: "async function handler(event) { await null; return { statusCode: 200, body: 'later' }; }",
        });
        assert.equal((await get()).body, 'later');
      },
    },
  ),
  ...cases('https://repost.aws/knowledge-center/cloudfront-503-error (read 2026-11-25)', {
    'answers 503 for a function that throws': async () => {
      assert.equal(await status("throw new Error('no');"), 503);
    },
  }),
  ...cases(guide('general-helper-methods.html'), {
    'gives the query as it was written by rawQueryString()': async () => {
      assert.equal(await seen('event.request.rawQueryString()', [], '/?b=%20&a=1&b'), 'b=%20&a=1&b');
      assert.equal(await seen('event.request.rawQueryString()', [], '/?'), '');
      assert.equal(await seen('typeof event.request.rawQueryString()'), 'undefined');
    },
  }),
  ...cases(guide('lambda-cloudfront-trigger-events.html'), {
    'calls no viewer-request function for a redirect to HTTPS': async () => {
      const { get } = await before("return { statusCode: 200, body: 'mine' };", {
        behaviour: { viewer_protocol_policy: 'redirect-to-https' },
      });
      const answer = await get('/', { tls: false });
      assert.deepEqual([answer.status, answer.result], [301, 'Redirect']);
    },
    'calls no viewer-request function for an error page': async () => {
      const { get, asked } = await before("event.request.uri = '/x'; return event.request;", {
        respond: () => reply('', [], 404),
        distribution: () => ({ custom_error_response: [{ error_code: 404, response_page_path: '/page' }] }),
      });
      await get();
      assert.deepEqual(
        asked.map(({ target }) => target),
        ['/x', '/page'],
      );
    },
  }),
];
