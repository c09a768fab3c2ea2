import assert from 'node:assert/strict';
import { ipSetArn, matches, ruleOf, webAclOf } from '../../src/layers/waf/local/testing/web-acl.js';
import { api, cases, contains, decides, guide, query } from './waf-cases.js';

const at = (positional_constraint: string) => contains('bot', { positional_constraint });
const peer = (address: string) => ({ peer: { address, port: 50_000 } });
const country = (code: string) => ({ headers: [['X-Landfall-Country', code] as const] });
const geo = { geo_match_statement: [{ country_codes: ['DE', 'AT'] }] };

const none = [{ priority: 0, type: 'NONE' }];
const size = (comparison_operator: string) => ({
  size_constraint_statement: [
    { comparison_operator, size: 4, field_to_match: [{ query_string: [{}] }], text_transformation: none },
  ],
});
const sizes = async (operator: string): Promise<readonly boolean[]> =>
  Promise.all(['abc', 'abcd', 'abcde'].map((text) => matches(size(operator), query(text))));

const inSet = (name: string, more: object = {}) => ({ ip_set_reference_statement: [{ arn: ipSetArn(name), ...more }] });
const forwarded = (position: string, fallback_behavior = 'NO_MATCH') =>
  inSet('office', {
    ip_set_forwarded_ip_config: [{ header_name: 'X-Forwarded-For', fallback_behavior, position }],
  });

async function setMatches(statement: object, ranges: readonly string[], sent: object): Promise<boolean> {
  const { blockedBy } = await webAclOf({ rule: [ruleOf(statement)] }, { office: ranges });
  return (await blockedBy(sent)) !== undefined;
}
const via = (line: string) => ({ headers: [['X-Forwarded-For', line] as const] });
const office = ['203.0.113.0/24'];

/** What each kind of statement matches. */
export const statementCases = [
  ...cases(
    'https://docs.aws.amazon.com/sdk-for-kotlin/api/latest/wafv2/aws.sdk.kotlin.services.wafv2.model/-byte-match-statement/positional-constraint.html (read 2026-11-25)',
    {
      'finds text anywhere with CONTAINS': () => decides(at('CONTAINS'), [query('a=xbotx')], [query('a=xbo')]),
      'finds a word with CONTAINS_WORD': () =>
        decides(at('CONTAINS_WORD'), [query('bot;'), query('-bot;'), query('a=bot')], [query('robot'), query('bot_1')]),
      'finds text at the beginning with STARTS_WITH': () =>
        decides(at('STARTS_WITH'), [query('bots')], [query('a=bot')]),
      'finds text at the end with ENDS_WITH': () => decides(at('ENDS_WITH'), [query('robot')], [query('bots')]),
      'finds the whole text alone with EXACTLY': () => decides(at('EXACTLY'), [query('bot')], [query('bots')]),
      'tells upper and lower case apart': () => decides(at('CONTAINS'), [query('bot')], [query('BOT')]),
    },
  ),
  ...cases(
    'https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-regex-match.html (not re-read)',
    {
      'finds a regular expression anywhere in the text': () => {
        const text = { field_to_match: [{ query_string: [{}] }], text_transformation: none };
        return decides(
          { regex_match_statement: [{ regex_string: 'b[oa]t+', ...text }] },
          [query('xbatty')],
          [query('bit')],
        );
      },
    },
  ),
  ...cases(api('API_SizeConstraintStatement.html'), {
    'compares sizes with EQ and NE': async () => {
      assert.deepEqual(await sizes('EQ'), [false, true, false]);
      assert.deepEqual(await sizes('NE'), [true, false, true]);
    },
    'compares sizes with LE and LT': async () => {
      assert.deepEqual(await sizes('LE'), [true, true, false]);
      assert.deepEqual(await sizes('LT'), [true, false, false]);
    },
    'compares sizes with GE and GT': async () => {
      assert.deepEqual(await sizes('GE'), [false, true, true]);
      assert.deepEqual(await sizes('GT'), [false, false, true]);
    },
    'counts the size after the transformations': () => {
      const [statement] = size('EQ').size_constraint_statement;
      const decoded = { ...statement, text_transformation: [{ priority: 0, type: 'URL_DECODE' }] };
      return decides({ size_constraint_statement: [decoded] }, [query('%61%62%63%64')], [query('abcde')]);
    },
    'counts a slash of the path as one byte': () => {
      const path = { field_to_match: [{ uri_path: [{}] }], text_transformation: none };
      const statement = { comparison_operator: 'EQ', size: 9, ...path };
      return decides(
        { size_constraint_statement: [statement] },
        [{ target: '/logo.jpg?x=1' }],
        [{ target: '/logo.png2' }],
      );
    },
  }),
  ...cases(
    'https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-ipset-match.html (not re-read)',
    {
      'matches addresses of a range': async () => {
        assert.equal(await setMatches(inSet('office'), office, peer('203.0.113.200')), true);
        assert.equal(await setMatches(inSet('office'), office, peer('203.0.114.1')), false);
      },
      'matches IPv6 addresses of a range': async () => {
        assert.equal(await setMatches(inSet('office'), ['2001:db8::/32'], peer('2001:db8:1::7')), true);
        assert.equal(await setMatches(inSet('office'), ['2001:db8::/32'], peer('2001:db9::7')), false);
      },
      'takes IPv4 inside IPv6 for IPv4': async () =>
        assert.equal(await setMatches(inSet('office'), office, peer('::ffff:203.0.113.5')), true),
      'matches nothing with an empty set': async () =>
        assert.equal(await setMatches(inSet('office'), [], peer('203.0.113.5')), false),
    },
  ),
  ...cases(api('API_IPSetForwardedIPConfig.html'), {
    'looks at the first forwarded address with FIRST': async () => {
      assert.equal(await setMatches(forwarded('FIRST'), office, via('203.0.113.5, 10.0.0.1')), true);
      assert.equal(await setMatches(forwarded('FIRST'), office, via('10.0.0.1, 203.0.113.5')), false);
    },
    'looks at the last forwarded address with LAST': async () =>
      assert.equal(await setMatches(forwarded('LAST'), office, via('10.0.0.1, 203.0.113.5')), true),
    'looks at all forwarded addresses with ANY, the last ten of more': async () => {
      const far = Array.from({ length: 10 }, (_, index) => `10.0.0.${String(index)}`).join(', ');
      assert.equal(await setMatches(forwarded('ANY'), office, via('10.0.0.1, 203.0.113.5, 10.0.0.2')), true);
      assert.equal(await setMatches(forwarded('ANY'), office, via(`203.0.113.5, ${far}`)), false);
    },
    'takes the fallback where the header holds no address': async () => {
      assert.equal(await setMatches(forwarded('FIRST', 'MATCH'), office, via('unknown')), true);
      assert.equal(await setMatches(forwarded('FIRST', 'NO_MATCH'), office, via('unknown')), false);
    },
    'does not apply the rule where the header is absent': async () =>
      assert.equal(await setMatches(forwarded('FIRST', 'MATCH'), office, {}), false),
  }),
  ...cases(api('API_GeoMatchStatement.html'), {
    'matches requests of a country': () => decides(geo, [country('DE'), country('AT')], [country('FR')]),
    'labels what it looks at, matched or not': async () => {
      const label = { label_match_statement: [{ scope: 'LABEL', key: 'awswaf:clientip:geo:country:FR' }] };
      const rules = [ruleOf(geo, { name: 'geo' }), ruleOf(label, { name: 'french', priority: 1 })];
      const { blockedBy } = await webAclOf({ rule: rules });
      assert.equal(await blockedBy(country('FR')), 'french');
    },
  }),
  ...cases('https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-logical.html (not re-read)', {
    'matches AND when every statement does': () =>
      decides(
        { and_statement: [{ statement: [contains('a'), contains('b')] }] },
        [query('ab')],
        [query('a'), query('b')],
      ),
    'matches OR when one statement does': () =>
      decides(
        { or_statement: [{ statement: [contains('a'), contains('b')] }] },
        [query('a'), query('b')],
        [query('c')],
      ),
    'matches NOT when its statement does not': () =>
      decides({ not_statement: [{ statement: [contains('a')] }] }, [query('b'), {}], [query('a')]),
    'nests them': () => {
      const not = { not_statement: [{ statement: [contains('c')] }] };
      const or = { or_statement: [{ statement: [contains('a'), contains('b')] }] };
      return decides(
        { and_statement: [{ statement: [or, not] }] },
        [query('a'), query('b')],
        [query('ac'), query('d')],
      );
    },
  }),
  ...cases(guide('waf-rule-statement-type-sqli-match.html'), {
    'finds more SQL injections with HIGH than with LOW': async () => {
      const statement = (sensitivity_level: string) => ({
        sqli_match_statement: [
          {
            sensitivity_level,
            field_to_match: [{ all_query_arguments: [{}] }],
            text_transformation: [{ priority: 0, type: 'URL_DECODE' }],
          },
        ],
      });
      const [plain, extended] = [query("q=1'+or+'1'%3D'1"), query('q=sleep(5)')];
      await decides(statement('LOW'), [plain], [extended, query("q=O'Brien")]);
      await decides(statement('HIGH'), [plain, extended], [query("q=O'Brien")]);
    },
  }),
  ...cases(
    'https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-xss-match.html (not re-read)',
    {
      'finds script in a component': () => {
        const text_transformation = [{ priority: 0, type: 'URL_DECODE' }];
        const statement = { field_to_match: [{ all_query_arguments: [{}] }], text_transformation };
        const script = query('q=%3Cscript%3Ealert(%22hello%22)%3C/script%3E');
        return decides({ xss_match_statement: [statement] }, [script], [query('q=%3Cb%3Ehello%3C/b%3E')]);
      },
    },
  ),
];
