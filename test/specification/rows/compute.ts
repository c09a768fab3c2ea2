import { expect } from 'vitest';
import type { PlannedStack } from '../../harness/mocked-plan-stack.js';
import type { PlanName } from '../../harness/mocked-plan-variants.js';
import { expectEdgeWaf, expectOriginHeader, expectPrivateFargate } from '../checks.js';
import type { Entry } from '../entry.js';
import { at, backends, distributionOf, listAt, only, referring, refersTo, textAt } from '../questions.js';

const appRunner = (plan: PlannedStack) => only(plan.all('aws_apprunner_service'), 'App Runner service');

/** A tier of the table: some task definition of the plan has exactly that size. */
const tier = (text: string, [cpu, memory]: readonly [string, string], where: PlanName, who: string): Entry => ({
  text,
  resources: ['aws_ecs_task_definition'],
  asserts: `${who} has cpu ${cpu} and memory ${memory}`,
  in: [where],
  check: (plan) => {
    const sizes = plan.all('aws_ecs_task_definition').map(({ values }) => [values['cpu'], values['memory']]);
    expect(sizes).toContainEqual([cpu, memory]);
  },
});

/** Compute: ECS Fargate + App Runner. */
export const compute: readonly Entry[] = [
  {
    text: 'ECS Fargate (backends + Kong):',
    resources: ['aws_ecs_cluster.main', 'aws_ecs_service', 'aws_ecs_task_definition'],
    asserts: 'gateway and back ends are services of the one cluster, on Fargate',
    check: (plan) => {
      for (const service of [plan.get('aws_ecs_service.gateway'), ...backends(plan)]) {
        expect(service.values['cluster']).toBe('aws_ecs_cluster.main.id');
        expectPrivateFargate(plan, service);
      }
    },
  },
  {
    text: 'Kong and all NestJS services run as ECS tasks in private subnets',
    resources: ['aws_ecs_service.gateway', 'aws_ecs_service.auth_service', 'aws_ecs_service.offers_service'],
    asserts: 'private subnets, no public address, the tasks’ security group',
    check: (plan) => {
      const names = backends(plan).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['auth_service', 'offers_service']));
      for (const name of ['gateway', ...names]) expectPrivateFargate(plan, plan.get(`aws_ecs_service.${name}`));
    },
  },
  {
    text: 'Service discovery via Cloud Map (`{service}.{project}.local`)',
    resources: ['aws_service_discovery_private_dns_namespace.main', 'aws_service_discovery_service'],
    asserts: 'a private namespace that ends in `.local`, and in it a name for each service, which its tasks register',
    check: (plan) => {
      expect(plan.get('aws_service_discovery_private_dns_namespace.main').values['name']).toMatch(
        /^[a-z0-9-]+\.local$/,
      );
      for (const { name, values } of backends(plan)) {
        const discovery = plan.get(`aws_service_discovery_service.${name}`);
        expect(discovery.values['name']).toBe(name.replaceAll('_', '-'));
        const namespace = at(discovery.values, 'dns_config.0.namespace_id');
        expect(refersTo(namespace, 'aws_service_discovery_private_dns_namespace.main')).toBe(true);
        expect(refersTo(at(values, 'service_registries.0.registry_arn'), discovery.address)).toBe(true);
      }
    },
  },
  {
    text: 'Auto-scaling based on CPU/request metrics',
    resources: ['aws_appautoscaling_target', 'aws_appautoscaling_policy'],
    asserts: 'a scaling target for every service, tracked by CPU, and by requests where it has a target group',
    check: (plan) => {
      for (const { name, values } of plan.all('aws_ecs_service')) {
        expect(plan.has(`aws_appautoscaling_target.${name}`)).toBe(true);
        const metrics = plan
          .all('aws_appautoscaling_policy')
          .filter(
            (policy) =>
              policy.values['resource_id'] === plan.get(`aws_appautoscaling_target.${name}`).values['resource_id'],
          )
          .map((policy) =>
            at(policy.values, 'target_tracking_scaling_policy_configuration.0.predefined_metric_specification.0'),
          )
          .map((metric) => textAt(metric, 'predefined_metric_type'));
        expect(metrics).toContain('ECSServiceAverageCPUUtilization');
        if (listAt(values, 'load_balancer').length > 0) expect(metrics).toContain('ALBRequestCountPerTarget');
      }
    },
  },
  {
    text: 'App Runner (Next.js):',
    resources: ['aws_apprunner_service.web'],
    asserts: 'the Next.js service runs there, and not in the cluster',
    note: 'App Runner takes no new customers since 2026-04-30: `runtime: fargate` is there for all others.',
    check: (plan) => {
      expect(plan.has(`aws_ecs_service.${appRunner(plan).name}`)).toBe(false);
    },
  },
  {
    text: 'Simpler than ECS — push image, done',
    resources: ['aws_apprunner_service.web', 'aws_ecr_repository.web'],
    asserts: 'an image of its own repository, and no load balancer, target group or scaling target',
    note: 'The image is named by its digest, so a deploy pushes it and then changes one variable.',
    check: (plan) => {
      const service = appRunner(plan);
      const image = at(service.values, 'source_configuration.0.image_repository.0.image_identifier');
      expect(refersTo(image, `aws_ecr_repository.${service.name}`)).toBe(true);
      expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
      for (const type of ['aws_lb_target_group', 'aws_appautoscaling_target', 'aws_ecs_task_definition'])
        expect(plan.has(`${type}.${service.name}`)).toBe(false);
    },
  },
  {
    text: 'Automatic HTTPS and request-based auto-scaling',
    resources: ['aws_apprunner_service.web', 'aws_apprunner_auto_scaling_configuration_version.web'],
    asserts: 'CloudFront speaks HTTPS to App Runner’s own name; instances follow the number of concurrent requests',
    check: (plan) => {
      const service = appRunner(plan);
      const origin = at(distributionOf(plan, 'app').values, 'origin.0');
      expect(refersTo(at(origin, 'domain_name'), service.address)).toBe(true);
      expect(at(origin, 'custom_origin_config.0.origin_protocol_policy')).toBe('https-only');
      const scaling = only(plan.all('aws_apprunner_auto_scaling_configuration_version'), 'scaling configuration');
      expect(refersTo(service.values['auto_scaling_configuration_arn'], scaling.address)).toBe(true);
      expect(Number(scaling.values['max_concurrency'])).toBeGreaterThan(0);
      expect(Number(scaling.values['min_size'])).toBeGreaterThanOrEqual(1);
    },
  },
  {
    text: 'Protected by Regional WAF + CloudFront with `X-Origin-Verify` header',
    resources: ['aws_wafv2_web_acl.regional', 'aws_wafv2_web_acl_association', 'aws_cloudfront_distribution.web'],
    asserts: 'a regional web ACL on the service that lets only the header’s value through, which CloudFront sends',
    check: (plan) => {
      const app = distributionOf(plan, 'app');
      expectEdgeWaf(plan, app);
      expectOriginHeader(app);
      const acl = plan.get('aws_wafv2_web_acl.regional');
      expect(acl.values['scope']).toBe('REGIONAL');
      expect(at(acl.values, 'default_action.0.block')).toBeDefined();
      const allowing = listAt(acl.values, 'rule').filter((one) => at(one, 'action.0.allow') !== undefined);
      expect(allowing, 'rules that let requests through').toHaveLength(2);
      for (const [index, secret] of ['origin_verify', 'origin_verify_next'].entries()) {
        const match = at(allowing[index], 'statement.0.byte_match_statement.0');
        expect(at(match, 'positional_constraint')).toBe('EXACTLY');
        expect(at(match, 'field_to_match.0.single_header.0.name')).toBe('x-origin-verify');
        const value = at(match, 'search_string');
        expect(refersTo(value, `data.aws_secretsmanager_secret_version.${secret}`)).toBe(true);
      }
      const association = only(
        referring(plan, 'aws_wafv2_web_acl_association', 'aws_wafv2_web_acl.regional'),
        'association of the regional web ACL',
      );
      expect(refersTo(association.values['resource_arn'], appRunner(plan).address)).toBe(true);
    },
  },
  tier('micro | 0.25 | 512MB | Dev/test', ['256', '512'], 'dev', 'a service of dev'),
  tier('small | 0.5 | 1GB | Light workloads', ['512', '1024'], 'prod', 'the gateway of prod'),
  tier('medium | 1 | 2GB | Production services', ['1024', '2048'], 'prod', 'a service of prod'),
  tier('large | 2 | 4GB | High-traffic services', ['2048', '4096'], 'prod', 'the busiest service of prod'),
];
