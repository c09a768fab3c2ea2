import { describe, expect, it } from 'vitest';
import { expression } from '../../stack/terraform-json.js';
import { nestService, nextService } from '../../stack/testing/config.js';
import { blocked, counted, rule, ruleNamed, rulesOf, viewFor, withWaf } from './testing/rules.js';

const withAppRunner = { services: [nextService('web-shop', { runtime: 'app-runner' })] };

describe('the web ACL of distributions', () => {
  it('stands in us-east-1, and allows what no rule matches', () => {
    const acl = viewFor().get('aws_wafv2_web_acl.edge');
    expect(acl?.provider).toBe('us_east_1');
    expect(acl?.args).toMatchObject({ scope: 'CLOUDFRONT', default_action: [{ allow: [{}] }] });
  });

  it('evaluates rate limit, metadata, AWS groups, then own rules by their position', () => {
    const rules = rulesOf(withWaf({ rules: ['b', 'a'].map((name) => rule({ countries: ['DE'] }, { name })) }));
    expect(rules.map(({ name, priority }) => [priority, name])).toEqual([
      [0, 'rate-limit'],
      [10, 'metadata-ssrf'],
      [20, 'AWSManagedRulesCommonRuleSet'],
      [30, 'AWSManagedRulesKnownBadInputsRuleSet'],
      [40, 'AWSManagedRulesSQLiRuleSet'],
      [50, 'AWSManagedRulesAnonymousIpList'],
      [1000, 'b'],
      [1001, 'a'],
    ]);
  });

  it('limits requests of one address in 5 minutes', () => {
    expect(ruleNamed('rate-limit', withWaf({ rateLimit: 77 }))).toMatchObject({
      action: [blocked],
      statement: [{ rate_based_statement: [{ limit: 77, aggregate_key_type: 'IP', evaluation_window_sec: 300 }] }],
    });
  });

  it('looks for the metadata address in query, path, headers and body, twice decoded and in lower case', () => {
    const [{ or_statement }] = ruleNamed('metadata-ssrf')?.statement as unknown as [
      { or_statement: [{ statement: { regex_match_statement: [Record<string, unknown>] }[] }] },
    ];
    const fields = or_statement[0].statement.map((one) => one.regex_match_statement[0]);
    expect(fields.map((one) => Object.keys((one['field_to_match'] as [object])[0])[0])).toEqual([
      'query_string',
      'uri_path',
      'headers',
      'body',
    ]);
    for (const { text_transformation } of fields)
      expect((text_transformation as { type: string }[]).map(({ type }) => type)).toEqual([
        'URL_DECODE',
        'URL_DECODE_UNI',
        'LOWERCASE',
      ]);
  });

  it('only counts requests from proxies and hosting providers', () => {
    expect(ruleNamed('AWSManagedRulesAnonymousIpList')).toMatchObject({
      override_action: [{ count: [{}] }],
      statement: [{ managed_rule_group_statement: [{ vendor_name: 'AWS' }] }],
    });
  });

  it('gives each rule a metric of its own', () => {
    const names = ['edge', 'rate-limit-2', 'AWS_1'];
    const metrics = rulesOf(withWaf({ rules: names.map((name) => rule({ countries: ['DE'] }, { name })) })).map(
      ({ visibility_config }) => visibility_config[0].metric_name,
    );
    expect(new Set([...metrics, 'shop-dev-edge']).size).toBe(10);
  });
});

describe('a rule that counts', () => {
  const actionsIn = (group: string, count: readonly string[]) => {
    const found = ruleNamed(group, withWaf({ count }));
    const [managed] = found?.statement[0]['managed_rule_group_statement'] as [
      { rule_action_override: readonly { name: string; action_to_use: readonly object[] }[] },
    ];
    const named = new Map(managed.rule_action_override.map((one) => [one.name, one.action_to_use[0]]));
    return { whole: found?.override_action, named };
  };

  it('is SizeRestrictions_BODY alone by default; every other one of AWS blocks with our own answer', () => {
    const { whole, named } = actionsIn('AWSManagedRulesCommonRuleSet', []);
    expect(whole).toEqual([{ none: [{}] }]);
    expect([...named].filter(([, action]) => 'count' in (action ?? {})).map(([name]) => name)).toEqual([
      'SizeRestrictions_BODY',
    ]);
    expect(named.get('CrossSiteScripting_BODY')).toEqual(blocked);
    expect(named.size).toBe(22);
  });

  it('may be one of our own', () => {
    expect(ruleNamed('metadata-ssrf', withWaf({ count: ['metadata-ssrf'] }))?.action).toEqual([counted]);
    expect(ruleNamed('rate-limit', withWaf({ count: ['metadata-ssrf'] }))?.action).toEqual([blocked]);
  });

  it('may be a whole group', () => {
    const count = ['AWSManagedRulesSQLiRuleSet'];
    expect(actionsIn('AWSManagedRulesSQLiRuleSet', count).whole).toEqual([counted]);
    expect(actionsIn('AWSManagedRulesCommonRuleSet', count).whole).toEqual([{ none: [{}] }]);
  });

  it('may be one rule of a group', () => {
    const { whole, named } = actionsIn('AWSManagedRulesSQLiRuleSet', ['SQLi_BODY']);
    expect(whole).toEqual([{ none: [{}] }]);
    expect(named.get('SQLi_BODY')).toEqual(counted);
    expect(named.get('SQLi_COOKIE')).toEqual(blocked);
  });
});

describe('the web ACL of App Runner services', () => {
  it('is there only when one runs there', () => {
    const given = { services: [nestService('api'), nextService('web')] };
    expect(viewFor(given).all('aws_wafv2_web_acl')).toHaveLength(1);
    expect(viewFor(given).all('aws_wafv2_web_acl_association')).toEqual([]);
  });

  it('lets in what carries one of the two secret values exactly, and blocks the rest', () => {
    const acl = viewFor(withAppRunner).get('aws_wafv2_web_acl.regional');
    expect(acl?.provider).toBeUndefined();
    expect(expression(acl?.args)).toMatchObject({
      scope: 'REGIONAL',
      default_action: [blocked],
      custom_response_body: [{ key: 'blocked' }],
      rule: [
        { name: 'AWSManagedRulesKnownBadInputsRuleSet', priority: 0 },
        letIn('origin-verify', 'origin_verify', 10),
        letIn('origin-verify-next', 'origin_verify_next', 11),
      ],
    });
  });

  it('is associated with each of them', () => {
    const found = viewFor(withAppRunner).get('aws_wafv2_web_acl_association.web_shop');
    expect(expression(found?.args)).toEqual({
      resource_arn: '${aws_apprunner_service.web_shop.arn}',
      web_acl_arn: '${aws_wafv2_web_acl.regional.arn}',
    });
  });
});

describe('the logs', () => {
  it.each([
    ['edge', 'us_east_1', ['authorization', 'cookie']],
    ['regional', undefined, ['authorization', 'cookie', 'x-origin-verify']],
  ] as const)('of the %s web ACL keep what is blocked or counted, without secrets', (name, provider, headers) => {
    const view = viewFor(withAppRunner);
    const group = view.get(`aws_cloudwatch_log_group.waf__${name}`);
    expect(group).toMatchObject({ args: { name: `aws-waf-logs-shop-dev-${name}` } });
    expect(group?.provider).toBe(provider);
    const log = view.get(`aws_wafv2_web_acl_logging_configuration.${name}`);
    expect(log?.provider).toBe(provider);
    expect(expression(log?.args)).toEqual({
      resource_arn: `\${aws_wafv2_web_acl.${name}.arn}`,
      log_destination_configs: [`\${aws_cloudwatch_log_group.waf__${name}.arn}`],
      redacted_fields: headers.map((header) => ({ single_header: [{ name: header }] })),
      logging_filter: [
        {
          default_behavior: 'DROP',
          filter: [
            {
              behavior: 'KEEP',
              requirement: 'MEETS_ANY',
              condition: ['BLOCK', 'COUNT', 'EXCLUDED_AS_COUNT'].map((action) => ({ action_condition: [{ action }] })),
            },
          ],
        },
      ],
    });
  });
});

function letIn(name: string, secret: string, priority: number): object {
  const match = {
    search_string: `\${data.aws_secretsmanager_secret_version.${secret}.secret_string}`,
    positional_constraint: 'EXACTLY',
    field_to_match: [{ single_header: [{ name: 'x-origin-verify' }] }],
    text_transformation: [{ priority: 0, type: 'NONE' }],
  };
  return { name, priority, action: [{ allow: [{}] }], statement: [{ byte_match_statement: [match] }] };
}
