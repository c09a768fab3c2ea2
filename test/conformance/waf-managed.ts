import assert from 'node:assert/strict';
import { carriers, inHeader } from '../../src/layers/waf/local/testing/attacks.js';
import { edgeWebAcl, type Sent } from '../../src/layers/waf/local/testing/web-acl.js';
import { cases, guide } from './waf-cases.js';

/** The rule of the edge's web ACL that must block each of these. */
const blocks =
  (rule: string, ...sent: readonly Sent[]) =>
  async () => {
    const { blockedBy } = await edgeWebAcl();
    for (const one of sent) assert.equal((await blockedBy(one))?.split('#').at(-1), rule, JSON.stringify(one));
  };

const passes =
  (...sent: readonly Sent[]) =>
  async () => {
    const { blockedBy } = await edgeWebAcl();
    for (const one of sent) assert.equal(await blockedBy(one), undefined, JSON.stringify(one));
  };

const counts = (rule: string, sent: Sent) => async () => {
  const { send } = await edgeWebAcl();
  const { action, counted } = await send(sent);
  assert.deepEqual([action, counted?.map((name) => name.split('#').at(-1))], ['allow', [rule]]);
};

const inQuery = (text: string): Sent => ({ target: `/?q=${encodeURIComponent(text)}` });
const inPath = (text: string): Sent => ({ target: `/${encodeURIComponent(text)}` });
const inBody = (text: string): Sent => ({ body: JSON.stringify({ text }) });
const inCookie = (text: string): Sent => ({ headers: [['Cookie', `a=${encodeURIComponent(text)}`]] });
const script = '<script>alert("hello")</script>';
const java = '(java.lang.Runtime).getRuntime().exec("whoami")';
const lookup = '${jndi:ldap://example.com/}';
const injection = "' or '1'='1";
const twice = (name: string, text: string): Sent => carriers[name]?.(text) ?? {};

/** AWS's managed groups by what AWS says of each rule. */
export const managedCases = [
  ...cases(guide('aws-managed-rule-groups-baseline.html'), {
    'blocks requests without User-Agent': blocks('NoUserAgent_HEADER', { userAgent: null }, { userAgent: '' }),
    'blocks scanners by their User-Agent': blocks(
      'UserAgent_BadBots_HEADER',
      { userAgent: 'Nessus' },
      { userAgent: 'x nmap y' },
    ),
    'blocks a query over 2,048 bytes': blocks('SizeRestrictions_QUERYSTRING', { target: `/?${'x'.repeat(2049)}` }),
    'passes a query of 2,048 bytes': passes({ target: `/?${'x'.repeat(2048)}` }),
    'blocks cookies over 10,240 bytes': blocks('SizeRestrictions_Cookie_HEADER', {
      headers: [['Cookie', 'x'.repeat(10_241)]],
    }),
    'passes cookies of 10,240 bytes': passes({ headers: [['Cookie', 'x'.repeat(10_240)]] }),
    'counts a body over 8 KB, since Landfall overrides the rule': counts('SizeRestrictions_BODY', {
      body: 'x'.repeat(8193),
      type: 'text/plain',
    }),
    'does not count a body of 8 KB': passes({ body: 'x'.repeat(8192), type: 'text/plain' }),
    'blocks a path over 1,024 bytes': blocks('SizeRestrictions_URIPATH', { target: `/${'x'.repeat(1024)}` }),
    'passes a path of 1,024 bytes': passes({ target: `/${'x'.repeat(1023)}` }),
    'blocks path traversal in query arguments': blocks(
      'GenericLFI_QUERYARGUMENTS',
      inQuery('../../etc/passwd'),
      inQuery('..%2f..%2fx'),
    ),
    'blocks path traversal in the path': blocks('GenericLFI_URIPATH', { target: '/a/..%2f..%2fetc/passwd' }),
    'blocks path traversal in the body': blocks('GenericLFI_BODY', inBody('../../etc/passwd')),
    'passes relative links in the body': passes(inBody('see ../images/a.png and ../../b.png')),
    'blocks unsafe extensions in the path': blocks(
      'RestrictedExtensions_URIPATH',
      { target: '/a/error.log' },
      { target: '/php.ini' },
    ),
    'blocks unsafe extensions in query arguments': blocks(
      'RestrictedExtensions_QUERYARGUMENTS',
      inQuery('app.log'),
      inQuery('php.ini'),
    ),
    'blocks URLs with an IPv4 address in query arguments': blocks(
      'GenericRFI_QUERYARGUMENTS',
      inQuery('http://93.184.216.34/x'),
      inQuery('ftps://10.0.0.1/x'),
    ),
    'blocks URLs with an IPv4 address in the body': blocks(
      'GenericRFI_BODY',
      inBody('include https://93.184.216.34/x'),
    ),
    'blocks URLs with an IPv4 address in the path': blocks('GenericRFI_URIPATH', inPath('http://93.184.216.34/x')),
    'passes URLs with a name': passes(inQuery('https://example.com/a?b=c'), inBody('http://shop.example.com:8080/x')),
    'blocks script in cookies': blocks('CrossSiteScripting_COOKIE', inCookie(script)),
    'blocks script in query arguments': blocks('CrossSiteScripting_QUERYARGUMENTS', inQuery(script)),
    'blocks script in the body': blocks('CrossSiteScripting_BODY', inBody(script)),
    'blocks script in the path': blocks('CrossSiteScripting_URIPATH', inPath(script)),
    'blocks Java deserialisation in headers': blocks(
      'JavaDeserializationRCE_HEADER',
      inHeader(java),
      inHeader('rO0ABXNyABFq'),
    ),
    'blocks Java deserialisation in the body': blocks('JavaDeserializationRCE_BODY', inBody(java), {
      body: Buffer.from('aced000573720011', 'hex'),
      type: 'application/octet-stream',
    }),
    'blocks Java deserialisation in the path': blocks('JavaDeserializationRCE_URIPATH', inPath(java)),
    'blocks Java deserialisation in the query': blocks('JavaDeserializationRCE_QUERYSTRING', inQuery(java)),
    'blocks localhost as Host': blocks('Host_localhost_HEADER', { host: 'localhost' }, { host: 'localhost:8080' }),
    'passes the names of the local plane, which end in .localhost': passes({ host: 'api.shop.localhost:4400' }),
    'blocks PROPFIND': blocks('PROPFIND_METHOD', { method: 'PROPFIND' }),
    'blocks paths that are asked for only to break in': blocks(
      'ExploitablePaths_URIPATH',
      { target: '/WEB-INF/web.xml' },
      { target: '/a/web-inf/' },
    ),
    'blocks Log4j’s lookup in headers': blocks(
      'Log4JRCE_HEADER',
      inHeader(lookup),
      { userAgent: lookup },
      inCookie(lookup),
    ),
    'blocks Log4j’s lookup in the query': blocks('Log4JRCE_QUERYSTRING', inQuery(lookup)),
    'blocks Log4j’s lookup in the body': blocks('Log4JRCE_BODY', inBody(lookup)),
    'blocks Log4j’s lookup in the path': blocks('Log4JRCE_URIPATH', inPath(lookup)),
    'blocks Log4j’s lookup in disguise': blocks(
      'Log4JRCE_QUERYSTRING',
      inQuery('${${lower:j}n${::-d}i:ldap://example.com/}'),
    ),
    'blocks a body that reaches for prototypes in React': blocks('ReactJSRCE_BODY', {
      body: '{"then":"$1:__proto__:then","status":"resolved_model"}',
    }),
  }),
  ...cases(guide('aws-managed-rule-groups-use-case.html'), {
    'blocks SQL injection in query arguments': blocks('SQLi_QUERYARGUMENTS', inQuery(injection)),
    'blocks SQL injection in query arguments, encoded twice': blocks(
      'SQLi_QUERYARGUMENTS',
      twice('query, encoded twice', injection),
    ),
    'blocks SQL injection in the body': blocks('SQLi_BODY', inBody(injection), twice('body of a form', injection)),
    'blocks SQL injection in the body, encoded twice': blocks(
      'SQLi_BODY',
      twice('body of a form, encoded twice', injection),
    ),
    'blocks SQL injection in cookies': blocks('SQLi_COOKIE', inCookie(injection)),
    'blocks SQL injection in headers': blocks('SQLiExtendedPatterns_HEADER', inHeader(injection)),
    'blocks SQL injection in the path': blocks('SQLi_URIPATH', inPath(`1${injection}`)),
    'blocks calls that only attackers make, in query arguments': blocks(
      'SQLiExtendedPatterns_QUERYARGUMENTS',
      inQuery('1,benchmark(5000000,md5(1))'),
    ),
    'blocks calls that only attackers make, in the body': blocks(
      'SQLiExtendedPatterns_BODY',
      inBody('x,extractvalue(1,concat(0x7e,version()))'),
    ),
    'passes names with apostrophes and SQL’s words in prose': passes(
      inQuery("O'Brien"),
      inBody('select a union from the drop-down'),
    ),
  }),
  ...cases('https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-ip-rep.html (not re-read)', {
    'passes every local address by the list of anonymous ones': passes({
      peer: { address: '127.0.0.1', port: 50_000 },
    }),
  }),
  ...cases('https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html (not re-read)', {
    'blocks the address of the metadata in decimal, hexadecimal and octal': blocks(
      'metadata-ssrf',
      inQuery('http://2852039166/'),
      inQuery('http://0xa9fea9fe/'),
      inQuery('http://0251.0376.0251.0376/'),
    ),
    'blocks the address of the metadata in IPv6': blocks(
      'metadata-ssrf',
      inQuery('http://[::ffff:a9fe:a9fe]/'),
      inQuery('http://[fd00:ec2::254]/'),
    ),
    'blocks the address of the metadata when it is encoded': blocks(
      'metadata-ssrf',
      inQuery('http://169%2e254%2e169%2e254/'),
    ),
    'blocks the address of the metadata in body, cookie, header and path': blocks(
      'metadata-ssrf',
      inBody('http://169.254.169.254/'),
      inCookie('169.254.169.254'),
      inHeader('169.254.169.254'),
      inPath('169.254.169.254'),
    ),
  }),
];
