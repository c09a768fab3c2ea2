import { api, cases, containsIn, decides, guide, query } from './waf-cases.js';

const headers = (...lines: readonly (readonly [string, string])[]) => ({ headers: lines });
const json = (value: unknown) => ({ body: JSON.stringify(value) });
const big = (end: string) => ({ body: `${'x'.repeat(20_000)}${end}`, type: 'text/plain' });
const allHeaders = (match_pattern: object, match_scope = 'VALUE', oversize_handling = 'CONTINUE') => ({
  headers: [{ match_pattern: [match_pattern], match_scope, oversize_handling }],
});
const allCookies = (match_pattern: object, match_scope = 'VALUE') => ({
  cookies: [{ match_pattern: [match_pattern], match_scope, oversize_handling: 'CONTINUE' }],
});
const jsonBody = (more: object) => ({
  json_body: [{ match_pattern: [{ all: [{}] }], match_scope: 'ALL', oversize_handling: 'CONTINUE', ...more }],
});
const nested = json({ a: { c: 'd', b: { e: { f: 'g' } } } });
const below = (match_scope: string) => jsonBody({ match_pattern: [{ included_paths: ['/a/b'] }], match_scope });
const cookie = (line: string) => headers(['Cookie', line]);

/** Which part of a request a statement looks at. */
export const componentCases = [
  ...cases(guide('waf-rule-statement-fields-list.html'), {
    'looks at the path as it was sent': () =>
      decides(containsIn({ uri_path: [{}] }, '/a%2Fb'), [{ target: '/a%2Fb?x' }], [{ target: '/a/b?/a%2Fb' }]),
    'looks at what follows the question mark': () =>
      decides(containsIn({ query_string: [{}] }, 'x=1'), [query('a=2&x=1')], [{ target: '/x=1' }]),
    'does not match where the component is absent': () =>
      decides(containsIn({ single_header: [{ name: 'x-none' }] }, ''), [], [{}]),
    'looks at the method': () => decides(containsIn({ method: [{}] }, 'PUT'), [{ method: 'PUT' }], [{}]),
    'takes the name of a single header in any case': () =>
      decides(
        containsIn({ single_header: [{ name: 'x-key' }] }, 'v'),
        [headers(['X-KEY', 'v'])],
        [headers(['X-Kex', 'v'])],
      ),
    'takes the name of a single argument in any case': () =>
      decides(
        containsIn({ single_query_argument: [{ name: 'UserName' }] }, 'abc'),
        [query('username=abc')],
        [query('user=abc')],
      ),
    'looks at all values of an argument that comes more than once': () =>
      decides(
        containsIn({ single_query_argument: [{ name: 'SalesRegion' }] }, 'seattle'),
        [query('SalesRegion=boston&SalesRegion=seattle')],
        [query('SalesRegion=boston')],
      ),
    'looks at the values of all arguments, and not at their names': () =>
      decides(containsIn({ all_query_arguments: [{}] }, 'abc'), [query('x=1&y=abc')], [query('abc=1')]),
    'looks at all headers, cookies too': () =>
      decides(
        containsIn(allHeaders({ all: [{}] }), 'needle'),
        [headers(['X-Any', 'a needle']), cookie('a=needle')],
        [{}],
      ),
    'looks at included headers alone, named in any case': () =>
      decides(
        containsIn(allHeaders({ included_headers: ['X-One'] }), 'needle'),
        [headers(['x-one', 'needle'])],
        [headers(['x-two', 'needle'])],
      ),
    'leaves excluded headers out, named in any case': () =>
      decides(
        containsIn(allHeaders({ excluded_headers: ['X-One'] }), 'needle'),
        [headers(['x-two', 'needle'])],
        [headers(['x-one', 'needle'])],
      ),
    'looks at the names of headers with the scope KEY': () =>
      decides(
        containsIn(allHeaders({ all: [{}] }, 'KEY'), 'x-odd'),
        [headers(['x-odd', '1'])],
        [headers(['x', 'x-odd'])],
      ),
    'looks at names and values with the scope ALL': () =>
      decides(
        containsIn(allHeaders({ all: [{}] }, 'ALL'), 'x-odd'),
        [headers(['x-odd', '1']), headers(['x', 'x-odd'])],
        [{}],
      ),
    'looks at the values of cookies': () =>
      decides(containsIn(allCookies({ all: [{}] }), 'needle'), [cookie('a=1; b=needle')], [cookie('needle=1')]),
    'takes the names of included cookies in their case alone': () =>
      decides(containsIn(allCookies({ included_cookies: ['Sid'] }), 'x'), [cookie('Sid=x')], [cookie('sid=x')]),
    'takes the names of excluded cookies in their case alone': () =>
      decides(containsIn(allCookies({ excluded_cookies: ['Sid'] }), 'x'), [cookie('sid=x')], [cookie('Sid=x')]),
    'looks at a body as text': () =>
      decides(
        containsIn({ body: [{ oversize_handling: 'CONTINUE' }] }, 'needle'),
        [json({ a: 'needle' })],
        [json({}), {}],
      ),
    'looks at keys and values of JSON below a path with ALL, and not at the last key of the path': async () => {
      for (const text of ['e', 'f', 'g']) await decides(containsIn(below('ALL'), text), [nested], []);
      for (const text of ['b', 'c', 'd']) await decides(containsIn(below('ALL'), text), [], [nested]);
    },
    'looks at keys of JSON below a path with KEY': async () => {
      for (const text of ['e', 'f']) await decides(containsIn(below('KEY'), text), [nested], []);
      await decides(containsIn(below('KEY'), 'g'), [], [nested]);
    },
    'looks at values of JSON below a path with VALUE': async () => {
      await decides(containsIn(below('VALUE'), 'g'), [nested], []);
      for (const text of ['e', 'f']) await decides(containsIn(below('VALUE'), text), [], [nested]);
    },
    'decodes the strings of JSON before it looks': () =>
      decides(containsIn(jsonBody({}), 'needle'), [{ body: '{"a":"\\u006eeedle"}' }], []),
    'transforms the elements of JSON one by one': () => decides(containsIn(jsonBody({}), 'ab'), [], [json(['a', 'b'])]),
  }),
  ...cases(
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-wafv2-rulegroup-jsonbody.html (read 2026-11-25)',
    {
      'looks at what is no JSON as text with EVALUATE_AS_STRING': () =>
        decides(
          containsIn(jsonBody({ invalid_fallback_behavior: 'EVALUATE_AS_STRING' }), 'needle'),
          [{ body: 'no JSON, but a needle' }],
          [{ body: 'no JSON' }],
        ),
      'matches what is no JSON with MATCH': () =>
        decides(containsIn(jsonBody({ invalid_fallback_behavior: 'MATCH' }), 'x'), [{ body: 'no JSON' }], [json({})]),
      'does not match what is no JSON with NO_MATCH': () =>
        decides(containsIn(jsonBody({ invalid_fallback_behavior: 'NO_MATCH' }), 'x'), [], [{ body: 'x, no JSON' }]),
      'looks at JSON up to the mistake without a fallback': () =>
        decides(containsIn(jsonBody({}), 'needle'), [{ body: '{"a":"needle","b":' }], []),
    },
  ),
  ...cases(guide('waf-oversize-request-components.html'), {
    'looks at the first 16 KB of a body at the edge with CONTINUE': () =>
      decides(
        containsIn({ body: [{ oversize_handling: 'CONTINUE' }] }, 'needle'),
        [{ body: `needle${'x'.repeat(20_000)}`, type: 'text/plain' }],
        [big('needle')],
      ),
    'looks at no more than 200 headers': () => {
      const many = (count: number) => Array.from({ length: count }, (_, index) => [`x-${String(index)}`, '1'] as const);
      const statement = containsIn(allHeaders({ all: [{}] }), 'needle');
      return decides(statement, [headers(['x', 'needle'], ...many(220))], [headers(...many(220), ['x', 'needle'])]);
    },
    'looks at no more than 8 KB of headers': () =>
      decides(
        containsIn(allHeaders({ all: [{}] }), 'needle'),
        [headers(['x', 'needle'], ['y', 'x'.repeat(9000)])],
        [headers(['y', 'x'.repeat(9000)], ['x', 'needle'])],
      ),
    'matches too many headers with MATCH': () =>
      decides(containsIn(allHeaders({ all: [{}] }, 'VALUE', 'MATCH'), 'x'), [headers(['y', '-'.repeat(9000)])], []),
  }),
  ...cases(api('API_Body.html'), {
    'matches a body that is too large with MATCH': () =>
      decides(containsIn({ body: [{ oversize_handling: 'MATCH' }] }, 'needle'), [big('')], [json({})]),
    'does not match a body that is too large with NO_MATCH': () =>
      decides(containsIn({ body: [{ oversize_handling: 'NO_MATCH' }] }, 'x'), [], [big('')]),
  }),
];
