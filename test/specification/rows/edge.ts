import { expect } from 'vitest';
import { expectHeaderRule, expectHostRules, expectOriginHeader } from '../checks.js';
import type { Entry } from '../entry.js';
import { at, conditionOf, distributionOf, listAt, refersTo, rulesOf, textAt } from '../questions.js';
import { managedGroupsOf, ruleOf } from '../web-acl.js';

const listeners = [
  ['http', 80, 'HTTP'],
  ['https', 443, 'HTTPS'],
  ['internal_https', 8443, 'HTTPS'],
  ['internal_http', 8080, 'HTTP'],
] as const;

/** Edge: CloudFront + ALB + WAF. */
export const edge: readonly Entry[] = [
  {
    text: 'CloudFront:',
    resources: ['aws_cloudfront_distribution'],
    asserts: 'no alias has two distributions, and no distribution is without one',
    check: (plan) => {
      const aliases = plan.all('aws_cloudfront_distribution').flatMap(({ values }) => listAt(values, 'aliases'));
      expect(new Set(aliases).size).toBe(aliases.length);
      for (const { values } of plan.all('aws_cloudfront_distribution'))
        expect(listAt(values, 'aliases')).not.toHaveLength(0);
    },
  },
  {
    text: 'Separate distributions for API, Next.js, and each SPA',
    resources: ['aws_cloudfront_distribution'],
    asserts: 'one for the API, one for each Next.js service, one for each bucket of a site',
    check: (plan) => {
      const sites = plan.all('aws_s3_bucket').filter(({ name }) => name.startsWith('site_'));
      const fronts = ['api', 'app', 'spa'].map((front) => distributionOf(plan, front).address);
      expect(new Set(fronts).size).toBe(3);
      for (const { address } of sites) {
        const own = plan
          .all('aws_cloudfront_distribution')
          .filter(({ values }) => refersTo(at(values, 'origin.0.domain_name'), address));
        expect(own, address).toHaveLength(1);
      }
    },
  },
  {
    text: 'TLS termination, edge caching, HTTP/2',
    resources: ['aws_cloudfront_distribution'],
    asserts: 'TLS 1.2 and later, plain HTTP redirected, HTTP/2 and 3; the sites are cached and compressed',
    note: 'The API is not cached: every answer is its own. Errors 500 to 504 are kept for 0 seconds, or a waking service would seem to stay down.',
    check: (plan) => {
      for (const { values } of plan.all('aws_cloudfront_distribution')) {
        expect(at(values, 'viewer_certificate.0.minimum_protocol_version')).toBe('TLSv1.2_2021');
        expect(values['http_version']).toBe('http2and3');
        for (const behaviour of [
          ...listAt(values, 'default_cache_behavior'),
          ...listAt(values, 'ordered_cache_behavior'),
        ])
          expect(at(behaviour, 'viewer_protocol_policy')).toMatch(/^(redirect-to-https|https-only)$/);
      }
      const behaviour = (front: string) => at(distributionOf(plan, front).values, 'default_cache_behavior.0');
      expect(textAt(behaviour('spa'), 'cache_policy_id')).toContain('caching_optimized');
      expect(at(behaviour('spa'), 'compress')).toBe(true);
      expect(textAt(behaviour('api'), 'cache_policy_id')).toContain('caching_disabled');
      const errors = listAt(distributionOf(plan, 'api').values, 'custom_error_response');
      for (const code of [500, 502, 503, 504])
        expect(errors).toContainEqual({ error_code: code, error_caching_min_ttl: 0 });
    },
  },
  {
    text: 'Sends `X-Origin-Verify` header to prevent origin bypass',
    resources: [
      'aws_cloudfront_distribution.api',
      'aws_cloudfront_distribution.web',
      'aws_lb_listener_rule.origin_verify',
    ],
    asserts: 'sent to the origins of API and Next.js, from Secrets Manager, and demanded on 443',
    check: (plan) => {
      for (const front of ['api', 'app'] as const) expectOriginHeader(distributionOf(plan, front));
      expectHeaderRule(plan);
    },
  },
  {
    text: 'ALB (Application Load Balancer):',
    resources: ['aws_lb.main'],
    asserts: 'one load balancer of the type application',
    check: (plan) => {
      expect(plan.all('aws_lb')).toHaveLength(1);
      expect(plan.get('aws_lb.main').values['load_balancer_type']).toBe('application');
    },
  },
  {
    text: '4 listeners:',
    resources: listeners.map(([name]) => `aws_lb_listener.${name}`),
    asserts: 'these four and no other, all of the one load balancer',
    check: (plan) => {
      expect(plan.all('aws_lb_listener')).toHaveLength(listeners.length);
      for (const [name, port, protocol] of listeners) {
        const { values } = plan.get(`aws_lb_listener.${name}`);
        expect([values['port'], values['protocol']]).toEqual([port, protocol]);
        expect(refersTo(values['load_balancer_arn'], 'aws_lb.main')).toBe(true);
      }
    },
  },
  {
    text: 'HTTP:80 > Redirect to HTTPS',
    resources: ['aws_lb_listener.http'],
    asserts: '301 to HTTPS on 443, and no rule',
    check: (plan) => {
      const action = at(plan.get('aws_lb_listener.http').values, 'default_action.0');
      expect(at(action, 'type')).toBe('redirect');
      expect(at(action, 'redirect.0')).toEqual({ protocol: 'HTTPS', port: '443', status_code: 'HTTP_301' });
      expect(rulesOf(plan, 'http')).toEqual([]);
    },
  },
  {
    text: 'HTTPS:443 > External traffic (validates `X-Origin-Verify` > Kong)',
    resources: ['aws_lb_listener.https', 'aws_lb_listener_rule.origin_verify', 'aws_lb_target_group.gateway'],
    asserts: 'the certificate of the API’s name, TLS 1.2 and later; the header’s value leads to Kong, all else is 403',
    check: (plan) => {
      const { values } = plan.get('aws_lb_listener.https');
      expect(refersTo(values['certificate_arn'], 'aws_acm_certificate.api')).toBe(true);
      expect(textAt(values, 'ssl_policy')).toMatch(/TLS13-1-2/);
      expectHeaderRule(plan);
    },
  },
  {
    text: 'HTTPS:8443 > Internal (Kong upstream routing via Host headers)',
    resources: ['aws_lb_listener.internal_https', 'aws_lb_listener_rule'],
    asserts: 'a rule by Host for each service, 404 for all else',
    note: 'The load balancer’s name resolves to public addresses: 8443 and 8080 are open to the NAT addresses alone.',
    check: (plan) => {
      const action = at(plan.get('aws_lb_listener.internal_https').values, 'default_action.0');
      expect(at(action, 'fixed_response.0.status_code')).toBe('404');
      expectHostRules(plan);
      for (const rule of rulesOf(plan, 'internal_https'))
        expect(conditionOf(rule, 'host_header'), rule.address).toBeDefined();
    },
  },
  {
    text: 'HTTP:8080 > Internal (Kong OIDC discovery, path-based routing)',
    resources: ['aws_lb_listener.internal_http', 'aws_lb_listener_rule.discovery_auth_service'],
    asserts: 'the declared discovery path to the service that declares it, 404 for all else',
    check: (plan) => {
      const action = at(plan.get('aws_lb_listener.internal_http').values, 'default_action.0');
      expect(at(action, 'fixed_response.0.status_code')).toBe('404');
      const rules = rulesOf(plan, 'internal_http');
      expect(rules.map(({ name }) => name)).toEqual(['discovery_auth_service']);
      for (const rule of rules) {
        expect(listAt(conditionOf(rule, 'path_pattern'), 'values')).toEqual(['/auth/.well-known/*']);
        expect(refersTo(at(rule.values, 'action.0'), 'aws_lb_target_group.auth_service')).toBe(true);
      }
    },
  },
  {
    text: 'AWS WAF:',
    resources: ['aws_wafv2_web_acl.edge'],
    asserts: 'allows by default, measures every rule, and guards every distribution',
    check: (plan) => {
      const acl = plan.get('aws_wafv2_web_acl.edge');
      expect(at(acl.values, 'default_action.0.allow')).toBeDefined();
      for (const rule of listAt(acl.values, 'rule'))
        expect(at(rule, 'visibility_config.0.cloudwatch_metrics_enabled')).toBe(true);
      for (const { values } of plan.all('aws_cloudfront_distribution'))
        expect(refersTo(values['web_acl_id'], acl.address)).toBe(true);
    },
  },
  {
    text: 'AWS Managed Rules: Common Rule Set, SQLi Rule Set, Known Bad Inputs',
    resources: ['aws_wafv2_web_acl.edge'],
    asserts: 'the three groups of AWS, in force',
    note: '`SizeRestrictions_BODY` counts only: it would block uploads, and the gateway limits bodies. A fourth group, of anonymous addresses, only counts.',
    check: (plan) => {
      const inForce = managedGroupsOf(plan).filter(({ override }) => override === 'none');
      expect(inForce.map(({ name }) => name)).toEqual([
        'AWSManagedRulesCommonRuleSet',
        'AWSManagedRulesKnownBadInputsRuleSet',
        'AWSManagedRulesSQLiRuleSet',
      ]);
    },
  },
  {
    text: 'Custom SSRF protection (blocks metadata endpoint)',
    resources: ['aws_wafv2_web_acl.edge'],
    asserts: 'blocks the metadata address in query, path, headers and body, URL-decoded',
    check: (plan) => {
      const rule = ruleOf(plan, 'metadata-ssrf');
      expect(at(rule, 'action.0.block')).toBeDefined();
      const fields = listAt(rule, 'statement.0.or_statement.0.statement').map((statement) => {
        const match = at(statement, 'regex_match_statement.0');
        expect('http://169.254.169.254/latest').toMatch(new RegExp(textAt(match, 'regex_string')));
        expect(JSON.stringify(at(match, 'text_transformation'))).toContain('"URL_DECODE"');
        return Object.keys(Object(at(match, 'field_to_match.0')) as object);
      });
      expect(fields.flat().toSorted()).toEqual(['body', 'headers', 'query_string', 'uri_path']);
    },
  },
  {
    text: 'Rate limiting: 1000 requests per 5 minutes per IP',
    resources: ['aws_wafv2_web_acl.edge'],
    asserts: 'blocks above 1000 in 300 seconds, by address',
    check: (plan) => {
      const rule = ruleOf(plan, 'rate-limit');
      expect(at(rule, 'action.0.block')).toBeDefined();
      expect(at(rule, 'statement.0.rate_based_statement.0')).toEqual({
        limit: 1000,
        aggregate_key_type: 'IP',
        evaluation_window_sec: 300,
      });
    },
  },
];
