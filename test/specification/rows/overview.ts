import { expect } from 'vitest';
import {
  expectEdgeWaf,
  expectHeaderRule,
  expectHostRules,
  expectOriginHeader,
  expectPrivateFargate,
} from '../checks.js';
import type { Entry } from '../entry.js';
import { at, backends, distributionOf, domainOf, listAt, only, referring, refersTo } from '../questions.js';

const fronts = ['api', 'app', 'spa'] as const;

/** The page's head, its diagram and the table of flows. */
export const overview: readonly Entry[] = [
  {
    text: 'What gets deployed when you run `infra:deploy` on AWS and how traffic flows through the system.',
    later: 'deploy',
    asserts: 'A deployment to AWS itself; to an emulator it is shown by `test/aws/deploy.test.ts`.',
  },
  {
    text: 'Internet',
    resources: ['aws_internet_gateway.main', 'aws_lb.main', 'aws_route53_record'],
    asserts: 'each front has an A and an AAAA record to its distribution; the load balancer faces the internet',
    check: (plan) => {
      expect(plan.get('aws_internet_gateway.main').values['vpc_id']).toBe('aws_vpc.main.id');
      expect(plan.get('aws_lb.main').values['internal']).toBe(false);
      for (const front of fronts) {
        const { address } = distributionOf(plan, front);
        const records = referring(plan, 'aws_route53_record', address);
        expect(records.map(({ values }) => values['type']).toSorted()).toEqual(['A', 'AAAA']);
      }
    },
  },
  {
    text: 'CloudFront (API) | CloudFront (Next.js) | CloudFront (SPA)',
    resources: [
      'aws_cloudfront_distribution.api',
      'aws_cloudfront_distribution.web',
      'aws_cloudfront_distribution.admin',
    ],
    asserts: 'three distributions, enabled, one for each front',
    check: (plan) => {
      const found = fronts.map((front) => distributionOf(plan, front));
      expect(new Set(found.map(({ address }) => address)).size).toBe(fronts.length);
      for (const { values } of found) expect(values['enabled']).toBe(true);
    },
  },
  {
    text: 'api.example.com | app.example.com | spa.example.com',
    resources: ['aws_cloudfront_distribution', 'aws_acm_certificate', 'aws_route53_record'],
    asserts: 'the host names, each with a certificate in us-east-1',
    check: (plan) => {
      for (const front of fronts) {
        const host = `${front}.${domainOf(plan)}`;
        const { values } = distributionOf(plan, front);
        expect(values['aliases']).toEqual([host]);
        const certificate = plan
          .all('aws_acm_certificate')
          .find((one) => refersTo(at(values, 'viewer_certificate.0.acm_certificate_arn'), one.address));
        expect(certificate?.values['domain_name']).toBe(host);
        expect(certificate?.written['provider']).toBe('aws.us_east_1');
        expect(plan.all('aws_route53_record').some((record) => record.values['name'] === host)).toBe(true);
      }
    },
  },
  {
    text: '+ WAF + Origin header | + WAF + Origin header | + WAF',
    resources: ['aws_wafv2_web_acl.edge', 'aws_cloudfront_distribution'],
    asserts: 'the web ACL on all three; `X-Origin-Verify` to the origins of API and Next.js, none to the bucket',
    check: (plan) => {
      for (const front of fronts) expectEdgeWaf(plan, distributionOf(plan, front));
      for (const front of ['api', 'app'] as const) expectOriginHeader(distributionOf(plan, front));
      for (const origin of listAt(distributionOf(plan, 'spa').values, 'origin'))
        expect(listAt(origin, 'custom_header')).toEqual([]);
    },
  },
  {
    text: 'ALB (Origin verify) | App Runner | S3 Bucket',
    resources: ['aws_lb.main', 'aws_apprunner_service.web', 'aws_s3_bucket.site_admin'],
    asserts: 'the origin of each distribution',
    check: (plan) => {
      const originOf = (front: string) => at(distributionOf(plan, front).values, 'origin.0.domain_name');
      expect(refersTo(originOf('api'), 'aws_lb.main')).toBe(true);
      expect(refersTo(originOf('app'), only(plan.all('aws_apprunner_service'), 'App Runner service').address)).toBe(
        true,
      );
      expect(plan.all('aws_s3_bucket').some(({ address }) => refersTo(originOf('spa'), address))).toBe(true);
    },
  },
  {
    text: 'Validates X-Origin- | (Next.js SSR) | (Private, OAC)',
    resources: [
      'aws_lb_listener_rule.origin_verify',
      'aws_apprunner_service.web',
      'aws_cloudfront_origin_access_control.sites',
    ],
    asserts: 'the header rule on 443; an image that answers HTTP on App Runner; signed reads of the bucket',
    check: (plan) => {
      expectHeaderRule(plan);
      const service = only(plan.all('aws_apprunner_service'), 'App Runner service');
      const image = at(service.values, 'source_configuration.0.image_repository.0');
      expect(at(image, 'image_repository_type')).toBe('ECR');
      expect(at(image, 'image_configuration.0.port')).toBe('3000');
      const origin = at(distributionOf(plan, 'spa').values, 'origin.0');
      expect(refersTo(at(origin, 'origin_access_control_id'), 'aws_cloudfront_origin_access_control.sites')).toBe(true);
    },
  },
  {
    text: 'Verify header',
    resources: ['aws_lb_listener.https', 'aws_lb_listener_rule.origin_verify'],
    asserts: 'without the header’s value 443 answers 403 and forwards nothing',
    check: (plan) => expectHeaderRule(plan),
  },
  {
    text: 'VPC (Backend)',
    resources: ['aws_vpc.main', 'aws_subnet', 'aws_ecs_service', 'aws_db_instance.main'],
    asserts: 'every subnet and security group is of the one VPC',
    check: (plan) => {
      only(plan.all('aws_vpc'), 'VPC');
      for (const type of ['aws_subnet', 'aws_security_group'])
        for (const { values } of plan.all(type)) expect(values['vpc_id']).toBe('aws_vpc.main.id');
    },
  },
  {
    text: 'ECS Fargate',
    resources: ['aws_ecs_service', 'aws_ecs_task_definition'],
    asserts: 'every service of the cluster runs on Fargate in the private subnets',
    check: (plan) => {
      for (const service of plan.all('aws_ecs_service')) expectPrivateFargate(plan, service);
    },
  },
  {
    text: 'Kong -> Services',
    resources: ['aws_ecs_service.gateway', 'aws_lb_listener_rule'],
    asserts: 'Kong’s task, and a rule on 8443 to each service behind it',
    check: (plan) => {
      expect(plan.has('aws_ecs_service.gateway')).toBe(true);
      expect(backends(plan).length).toBeGreaterThanOrEqual(2);
      expectHostRules(plan);
    },
  },
  {
    text: 'RDS + ElastiCache',
    resources: ['aws_db_instance.main', 'aws_elasticache_replication_group.main'],
    asserts: 'one PostgreSQL and one Redis',
    check: (plan) => {
      expect(plan.get('aws_db_instance.main').values['engine']).toBe('postgres');
      expect(plan.get('aws_elasticache_replication_group.main').values['engine']).toBe('redis');
    },
  },
  {
    text: '`api.example.com` | API distribution | ALB > Kong > ECS | WAF + Origin header',
    resources: ['aws_cloudfront_distribution.api', 'aws_lb_listener_rule.origin_verify', 'aws_lb_target_group.gateway'],
    asserts:
      'distribution → load balancer by HTTPS → the gateway’s targets → 8443 → services; web ACL; header sent and checked',
    check: (plan) => {
      const api = distributionOf(plan, 'api');
      expect(at(api.values, 'origin.0.custom_origin_config.0.origin_protocol_policy')).toBe('https-only');
      expectEdgeWaf(plan, api);
      expectOriginHeader(api);
      expectHeaderRule(plan);
      expectHostRules(plan);
      const gateway = plan.get('aws_ecs_service.gateway');
      expect(refersTo(at(gateway.values, 'load_balancer.0'), 'aws_lb_target_group.gateway')).toBe(true);
    },
  },
  {
    text: '`app.example.com` | Next.js distribution | App Runner | WAF + Regional WAF + Origin header',
    resources: ['aws_cloudfront_distribution.web', 'aws_apprunner_service.web', 'aws_wafv2_web_acl.regional'],
    asserts: 'distribution → App Runner by HTTPS; web ACL at the edge and a regional one on the service; header sent',
    note: 'App Runner takes no new customers since 2026-04-30; `runtime: fargate` puts the same front behind the load balancer.',
    check: (plan) => {
      const app = distributionOf(plan, 'app');
      expect(at(app.values, 'origin.0.custom_origin_config.0.origin_protocol_policy')).toBe('https-only');
      expectEdgeWaf(plan, app);
      expectOriginHeader(app);
      expect(plan.get('aws_wafv2_web_acl.regional').values['scope']).toBe('REGIONAL');
    },
  },
  {
    text: '`spa.example.com` | SPA distribution | S3 bucket | WAF + OAC',
    resources: [
      'aws_cloudfront_distribution.admin',
      'aws_s3_bucket.site_admin',
      'aws_cloudfront_origin_access_control.sites',
    ],
    asserts: 'distribution → bucket with an origin access control; web ACL',
    check: (plan) => {
      const spa = distributionOf(plan, 'spa');
      expectEdgeWaf(plan, spa);
      const origin = at(spa.values, 'origin.0');
      expect(plan.all('aws_s3_bucket').some(({ address }) => refersTo(at(origin, 'domain_name'), address))).toBe(true);
      expect(refersTo(at(origin, 'origin_access_control_id'), 'aws_cloudfront_origin_access_control.sites')).toBe(true);
    },
  },
];
