import { expect } from 'vitest';
import { expectEdgeWaf, expectHeaderRule } from '../checks.js';
import { at, conditionOf, listAt, refersTo, rulesOf, textAt } from '../questions.js';
import { managedGroupsOf, rulesInOrder } from '../web-acl.js';
import { everywhere, type Fact } from './fact.js';

/** Load balancer, distributions, web ACL, buckets. */
export const edgeFacts: readonly Fact[] = [
  {
    name: 'the four listeners answer by default with redirect, 403, 404 and 404',
    in: everywhere,
    check: (plan) => {
      const answers = plan.all('aws_lb_listener').map(({ values }) => {
        const action = at(values, 'default_action.0');
        const code = at(action, 'fixed_response.0.status_code') ?? at(action, 'redirect.0.status_code');
        return `${textAt(values, 'protocol')}:${String(values['port'])} ${textAt(action, 'type')} ${String(code)}`;
      });
      expect(answers.toSorted()).toEqual([
        'HTTP:80 redirect HTTP_301',
        'HTTP:8080 fixed-response 404',
        'HTTPS:443 fixed-response 403',
        'HTTPS:8443 fixed-response 404',
      ]);
    },
  },
  {
    name: 'both listeners with TLS have the API’s certificate, and TLS 1.2 and later',
    in: everywhere,
    check: (plan) => {
      for (const name of ['https', 'internal_https']) {
        const { values } = plan.get(`aws_lb_listener.${name}`);
        expect(refersTo(values['certificate_arn'], 'aws_acm_certificate.api'), name).toBe(true);
        expect(textAt(values, 'ssl_policy'), name).toMatch(/^ELBSecurityPolicy-TLS13-1-[23]-/);
      }
    },
  },
  {
    name: 'nothing passes 443 without the header’s value',
    in: everywhere,
    check: (plan) => expectHeaderRule(plan),
  },
  {
    name: 'priorities of a listener’s rules differ, and the gateway’s own stand first',
    in: everywhere,
    check: (plan) => {
      for (const listener of ['https', 'internal_https', 'internal_http']) {
        const priorities = rulesOf(plan, listener).map(({ values }) => Number(values['priority']));
        expect(new Set(priorities).size, listener).toBe(priorities.length);
        for (const priority of priorities) expect(priority).toBeLessThanOrEqual(50_000);
      }
    },
  },
  {
    name: '8080 answers only declared discovery paths',
    in: everywhere,
    check: (plan) => {
      for (const rule of rulesOf(plan, 'internal_http'))
        for (const path of listAt(conditionOf(rule, 'path_pattern'), 'values')) expect(path).toMatch(/\.well-known/);
    },
  },
  {
    name: 'each distribution is behind the web ACL, with TLS 1.2 and later',
    in: everywhere,
    check: (plan) => {
      for (const distribution of plan.all('aws_cloudfront_distribution')) {
        expectEdgeWaf(plan, distribution);
        expect(at(distribution.values, 'viewer_certificate.0.minimum_protocol_version')).toBe('TLSv1.2_2021');
      }
    },
  },
  {
    name: 'the web ACL limits first, then protects from SSRF, then asks AWS’s groups, then has the config’s own rules',
    check: (plan, name) => {
      const rules = rulesInOrder(plan);
      const own = name === 'prod' ? ['office-only-admin', 'slow-sign-in'] : [];
      expect(rules.map((rule) => textAt(rule, 'name').replace(/^custom-/, ''))).toEqual([
        'rate-limit',
        'metadata-ssrf',
        'AWSManagedRulesCommonRuleSet',
        'AWSManagedRulesKnownBadInputsRuleSet',
        'AWSManagedRulesSQLiRuleSet',
        'AWSManagedRulesAnonymousIpList',
        ...own,
      ]);
      expect(at(rules[0], 'statement.0.rate_based_statement.0.limit')).toBe(1000);
    },
  },
  {
    name: 'every rule of AWS’s groups blocks, but the one on the size of bodies and the group of anonymous addresses',
    check: (plan) => {
      const groups = rulesInOrder(plan).map((rule) => at(rule, 'statement.0.managed_rule_group_statement.0'));
      const overrides = groups.flatMap((group) => listAt(group, 'rule_action_override'));
      const counted = overrides.filter((override) => at(override, 'action_to_use.0.block') === undefined);
      expect(counted.map((override) => at(override, 'name'))).toEqual(['SizeRestrictions_BODY']);
      const watched = managedGroupsOf(plan).filter(({ override }) => override === 'count');
      expect(watched.map(({ name }) => name)).toEqual(['AWSManagedRulesAnonymousIpList']);
    },
  },
  {
    name: 'every bucket blocks public access, and is encrypted',
    in: everywhere,
    check: (plan) => {
      for (const { name, address } of plan.all('aws_s3_bucket')) {
        expect(plan.get(`aws_s3_bucket_public_access_block.${name}`).values, address).toMatchObject({
          block_public_acls: true,
          block_public_policy: true,
          ignore_public_acls: true,
          restrict_public_buckets: true,
        });
        expect(plan.has(`aws_s3_bucket_server_side_encryption_configuration.${name}`), address).toBe(true);
      }
    },
  },
  {
    name: 'every bucket of a site keeps versions and is read through OAC by its own distribution',
    in: ['dev', 'prod', 'bare', 'sites'],
    check: (plan) => {
      const sites = plan.all('aws_s3_bucket').filter(({ name }) => name.startsWith('site_'));
      expect(sites).not.toHaveLength(0);
      for (const { name, address } of sites) {
        const versioning = plan.get(`aws_s3_bucket_versioning.${name}`).values;
        expect(at(versioning, 'versioning_configuration.0.status')).toBe('Enabled');
        const distribution = plan
          .all('aws_cloudfront_distribution')
          .find(({ values }) => refersTo(at(values, 'origin.0.domain_name'), address));
        expect(distribution, address).toBeDefined();
        const control = at(distribution?.values, 'origin.0.origin_access_control_id');
        expect(refersTo(control, 'aws_cloudfront_origin_access_control.sites')).toBe(true);
        const policy = plan.get(`aws_s3_bucket_policy.${name}`).values['policy'];
        expect(refersTo(policy, distribution?.address ?? ''), `${address}: its policy names its distribution`).toBe(
          true,
        );
      }
    },
  },
];
