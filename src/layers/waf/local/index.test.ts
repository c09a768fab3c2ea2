import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createFakePlane } from '../../../local/testing/fake-context.js';
import { rule, withWaf } from '../testing/rules.js';
import { wafLocal } from './index.js';
import { webAclSchema } from './schema.js';
import { edgeWebAcl, requestOf, ruleOf, webAclOf } from './testing/web-acl.js';

it('answers the ARN of a web ACL at the edge', async () => {
  const plane = createFakePlane();
  const args = { name: 'shop-dev-edge', scope: 'CLOUDFRONT' };
  const attributes = await plane.apply(wafLocal.aws_wafv2_web_acl, 'aws_wafv2_web_acl.edge', args);
  expect(attributes['arn']).toMatch(
    /^arn:aws:wafv2:us-east-1:000000000000:global\/webacl\/shop-dev-edge\/[0-9a-f]{32}$/,
  );
  expect(plane.registry.addressOf('arn', String(attributes['arn']))).toBe('aws_wafv2_web_acl.edge');
});

it('makes the ARNs of regional ones in their region', async () => {
  const plane = createFakePlane();
  const args = { name: 'shop-dev-web', scope: 'REGIONAL' };
  const { arn } = await plane.apply(wafLocal.aws_wafv2_web_acl, 'aws_wafv2_web_acl.web', args);
  expect(arn).toMatch(/^arn:aws:wafv2:eu-central-1:.*:regional\/webacl\//);
  const set = { ...args, ip_address_version: 'IPV4', addresses: ['203.0.113.0/24'] };
  const made = await plane.apply(wafLocal.aws_wafv2_ip_set, 'aws_wafv2_ip_set.one', set);
  expect(made['arn']).toMatch(/^arn:aws:wafv2:eu-central-1:.*:regional\/ipset\//);
});

it('answers with the response that the web ACL declares, and notes what matched in the trace', async () => {
  const { webAcl } = await edgeWebAcl();
  const request = requestOf({ target: `/offers?q=${encodeURIComponent("' or 1=1--")}` });
  expect(await webAcl.evaluate(request)).toEqual({
    action: 'block',
    evaluated: true,
    rule: 'AWS#AWSManagedRulesSQLiRuleSet#SQLi_QUERYARGUMENTS',
    status: 403,
    headers: [
      ['x-blocked-by', 'waf'],
      ['Content-Type', 'text/plain'],
    ],
    body: 'Request blocked',
  });
  expect(request.trace.record().hops).toMatchObject([
    { layer: 'waf', address: 'aws_wafv2_web_acl.edge', outcome: 'block', notes: { matched: 'query argument q' } },
  ]);
});

it('keeps samples of what it blocked and counted, and no values', async () => {
  const { webAcl, send } = await edgeWebAcl();
  await send({ target: '/offers?q=%3Cscript%3E' });
  await send({ body: 'x'.repeat(9000), type: 'text/plain' });
  await send();
  expect(webAcl.sampledRequests()).toMatchObject([
    { action: 'block', part: 'query argument q', path: '/offers', method: 'GET', address: '198.51.100.7' },
    { action: 'count', rule: 'AWS#AWSManagedRulesCommonRuleSet#SizeRestrictions_BODY', part: 'body', method: 'POST' },
  ]);
  for (let count = 0; count < 150; count += 1) await send({ target: '/?q=%3Cscript%3E' });
  expect(webAcl.sampledRequests()).toHaveLength(100);
});

it('logs what it blocked and counted while a logging configuration names it, without queries', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-waf-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const plane = createFakePlane({ folder });
  const address = 'aws_wafv2_web_acl.edge';
  const statement = { not_statement: [{ statement: [{ geo_match_statement: [{ country_codes: ['DE'] }] }] }] };
  const args = { name: 'edge', scope: 'CLOUDFRONT', default_action: [{ allow: [{}] }], rule: [ruleOf(statement)] };
  const { arn } = await plane.apply(wafLocal.aws_wafv2_web_acl, address, args);
  const webAcl = plane.registry.connect(address, 'webAcl');
  await webAcl.evaluate(requestOf({ target: '/unlogged' }));
  const configuration = 'aws_wafv2_web_acl_logging_configuration.edge';
  await plane.apply(wafLocal.aws_wafv2_web_acl_logging_configuration, configuration, { resource_arn: arn });
  await webAcl.evaluate(requestOf({ target: '/offers?q=secret' }));
  await webAcl.evaluate(requestOf({ target: '/offers/1', method: 'DELETE' }));
  const file = join(folder, 'logs', 'waf-edge.log');
  const lines = await vi.waitFor(async () => {
    const found = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(found).toHaveLength(2);
    return found.map((line) => JSON.parse(line) as unknown);
  });
  expect(lines[0]).toEqual({
    ...{ time: '2026-01-01T00:00:00.000Z', action: 'block', rule: 'mine', part: 'what does not match' },
    ...{ method: 'GET', host: 'api.shop.localhost', client: '198.51.100.7', uri: '/offers' },
  });
  expect(lines[1]).toMatchObject({ method: 'DELETE', uri: '/offers/1' });
});

it('evaluates every rule that a config can ask for', async () => {
  const rules = [
    rule({ ipSet: ['203.0.113.0/24', '2001:db8::/32'] }, { name: 'addresses' }),
    rule({ countries: ['DE'], path: { comparison: 'startsWith', value: '/only' } }, { name: 'country' }),
    rule({ header: { name: 'X-Key', comparison: 'regex', value: '^k[0-9]+$' } }, { name: 'header' }),
    rule({ body: { comparison: 'contains', value: 'geheim' } }, { name: 'body' }),
    rule(
      { rate: { requests: 10, windowSeconds: 60 }, query: { comparison: 'equals', value: 'x=1' } },
      { name: 'rate' },
    ),
  ];
  const { blockedBy } = await edgeWebAcl(withWaf({ rules }));
  expect(await blockedBy({ peer: { address: '203.0.113.9', port: 1 } })).toBe('addresses');
  expect(await blockedBy({ peer: { address: '2001:db8::1', port: 1 } })).toBe('addresses');
  expect(await blockedBy({ target: '/only/here', headers: [['X-Landfall-Country', 'DE']] })).toBe('country');
  expect(await blockedBy({ target: '/only/here' })).toBeUndefined();
  expect(await blockedBy({ headers: [['x-key', 'k42']] })).toBe('header');
  expect(await blockedBy({ body: 'streng geheim', type: 'text/plain' })).toBe('body');
  for (let count = 0; count < 10; count += 1) expect(await blockedBy({ target: '/?x=1' })).toBeUndefined();
  expect(await blockedBy({ target: '/?x=1' })).toBe('rate');
  expect(await blockedBy({ target: '/?x=2' })).toBeUndefined();
});

it.each([
  ['an ASN', { asn_match_statement: [{ asn_list: [1] }] }],
  ['a regex pattern set', { regex_pattern_set_reference_statement: [{ arn: 'x' }] }],
  [
    'another managed group',
    { managed_rule_group_statement: [{ vendor_name: 'AWS', name: 'AWSManagedRulesPHPRuleSet' }] },
  ],
  [
    'a fingerprint',
    {
      byte_match_statement: [
        {
          search_string: 'x',
          positional_constraint: 'EXACTLY',
          field_to_match: [{ ja3_fingerprint: [{ fallback_behavior: 'MATCH' }] }],
          text_transformation: [],
        },
      ],
    },
  ],
])('refuses %s', async (_name, statement) => {
  await expect(webAclOf({ rule: [ruleOf(statement)] })).rejects.toMatchObject({ code: 'WAF_NOT_LOCAL' });
});

it.each(['captcha', 'challenge'])('refuses %s', async (action) => {
  const statement = { geo_match_statement: [{ country_codes: ['DE'] }] };
  await expect(webAclOf({ rule: [ruleOf(statement, { action: [{ [action]: [{}] }] })] })).rejects.toMatchObject({
    code: 'WAF_NOT_LOCAL',
  });
});

it('reads arguments that the provider writes as absent, null or empty', () => {
  const args = { name: 'x', scope: 'CLOUDFRONT', rule: null, custom_response_body: [], association_config: null };
  expect(webAclSchema.parse(args).rule).toEqual([]);
});
