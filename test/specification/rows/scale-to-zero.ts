import { expect } from 'vitest';
import type { PlannedStack } from '../../harness/mocked-plan-stack.js';
import { expectHeaderRule, expectHostRules, expectWakeUpRule } from '../checks.js';
import type { Entry } from '../entry.js';
import {
  at,
  backends,
  containerOf,
  environmentOf,
  jsonAt,
  listAt,
  refersTo,
  statementsIn,
  textAt,
} from '../questions.js';

const bounds = (plan: PlannedStack, name: string): readonly unknown[] => {
  const { values } = plan.get(`aws_appautoscaling_target.${name}`);
  return [values['min_capacity'], values['max_capacity']];
};

/** What the wake-up Lambda may do, from its role's own policies. */
const mayOf = (plan: PlannedStack) =>
  plan
    .all('aws_iam_role_policy')
    .filter(({ values }) => refersTo(values['role'], 'aws_iam_role.wake_up'))
    .flatMap((policy) => statementsIn(jsonAt(policy, 'policy')));

/** The wake-up Lambda may raise a service, by its own ARN or by that of the cluster's services. */
function expectWakes(plan: PlannedStack, service: string): void {
  const raised = mayOf(plan)
    .filter(({ effect, actions }) => effect === 'Allow' && actions.includes('ecs:UpdateService'))
    .flatMap(({ resources }) => resources);
  const cluster = textAt(plan.get('aws_ecs_cluster.main').values, 'name');
  const name = textAt(plan.get(`aws_ecs_service.${service}`).values, 'name');
  expect(raised, service).not.toHaveLength(0);
  for (const arn of raised) expect(arn, 'only services of this cluster').toContain(`:service/${cluster}/`);
  expect(
    raised.some((arn) => arn.endsWith(`/${name}`) || arn.endsWith(`:service/${cluster}/*`)),
    service,
  ).toBe(true);
}

/** Scale-to-Zero. */
export const scaleToZero: readonly Entry[] = [
  {
    text: 'AWS scale-to-zero is more complex than GCP.',
    resources: [
      'aws_lambda_function.wake_up',
      'aws_lb_listener_rule.wake_up',
      'aws_cloudwatch_metric_alarm',
      'aws_appautoscaling_policy',
    ],
    asserts:
      'the parts that it takes here: a wake-up Lambda, its rule, an idle alarm and a step to 0 for each service that sleeps',
    in: ['dev'],
    check: (plan) => {
      expect(plan.has('aws_lambda_function.wake_up')).toBe(true);
      for (const { name } of backends(plan).filter((service) => bounds(plan, service.name)[0] === 0)) {
        const toZero = plan
          .all('aws_appautoscaling_policy')
          .filter(
            ({ values }) =>
              values['policy_type'] === 'StepScaling' &&
              values['resource_id'] === plan.get(`aws_appautoscaling_target.${name}`).values['resource_id'] &&
              at(values, 'step_scaling_policy_configuration.0.adjustment_type') === 'ExactCapacity',
          );
        expect(toZero, name).toHaveLength(1);
        const alarms = plan
          .all('aws_cloudwatch_metric_alarm')
          .filter(({ values }) => toZero.some(({ address }) => refersTo(values['alarm_actions'], address)));
        expect(alarms, name).toHaveLength(1);
        for (const { values } of alarms) expect(values['treat_missing_data']).toBe('notBreaching');
      }
    },
  },
  {
    text: 'Kong uses upstream failover to detect when services are at zero tasks and triggers a wake-up Lambda.',
    resources: ['aws_lambda_function.wake_up', 'aws_lb_listener_rule.wake_up', 'aws_lb_target_group.wake_up'],
    asserts: 'the Lambda stands behind 8443, reached with the Host `wake.internal`',
    in: ['dev'],
    note: 'The gateway looks at the load balancer’s own 502 and 503 (`Server: awselb/2.0`); a service’s own errors pass untouched.',
    check: (plan) => expectWakeUpRule(plan),
  },
  {
    text: 'How it works:',
    resources: ['aws_lambda_function.wake_up'],
    asserts: 'one wake-up Lambda, of Node.js, with its value to compare in Secrets Manager',
    in: ['dev'],
    check: (plan) => {
      const { values } = plan.get('aws_lambda_function.wake_up');
      expect(values['runtime']).toMatch(/^nodejs\d+\.x$/);
      expect(mayOf(plan).some(({ actions }) => actions.includes('secretsmanager:GetSecretValue'))).toBe(true);
    },
  },
  {
    text: 'Request arrives at Kong',
    resources: ['aws_lb_listener_rule.origin_verify', 'aws_lb_target_group.gateway', 'aws_ecs_service.gateway'],
    asserts: '443 leads to the gateway’s tasks',
    check: (plan) => {
      expectHeaderRule(plan);
      const target = at(plan.get('aws_ecs_service.gateway').values, 'load_balancer.0.target_group_arn');
      expect(refersTo(target, 'aws_lb_target_group.gateway')).toBe(true);
    },
  },
  {
    text: 'Kong routes to the service via ALB (port 8443)',
    resources: ['aws_lb_listener_rule', 'aws_vpc_security_group_ingress_rule'],
    asserts: 'a rule by Host for each service; 8443 is open to each NAT address',
    check: (plan) => {
      expectHostRules(plan);
      for (const { name } of plan.all('aws_nat_gateway'))
        expect(plan.get(`aws_vpc_security_group_ingress_rule.alb_8443_nat_${name}`).values['from_port']).toBe(8443);
    },
  },
  {
    text: 'If the service is at zero tasks, ALB returns 502',
    resources: ['aws_appautoscaling_target', 'aws_lb_target_group'],
    asserts: 'services of dev may stand at 0 tasks, and their target groups have no other target',
    in: ['dev'],
    note: 'A target group without registered targets answers 503, not 502; 502 is a target that refuses. The gateway treats both as asleep.',
    check: (plan) => {
      const sleeping = backends(plan).filter(({ name }) => bounds(plan, name)[0] === 0);
      expect(sleeping).not.toHaveLength(0);
      for (const { name } of sleeping) {
        expect(plan.get(`aws_lb_target_group.${name}`).values['target_type']).toBe('ip');
        expect(plan.has(`aws_lb_target_group_attachment.${name}`)).toBe(false);
      }
    },
  },
  {
    text: "Kong's post-function plugin intercepts the 502",
    resources: ['aws_ecs_task_definition.gateway', 'aws_iam_role_policy.execution_gateway'],
    asserts: 'the gateway’s tasks have the value that their Lua sends, and no other part of it in clear',
    in: ['dev'],
    note: '502 and 503 made by the load balancer; 504 passes, for the service may have done the work. The Lua runs in `test/unit/lua-waking.test.ts`.',
    check: (plan) => {
      const secrets = listAt(containerOf(plan, 'gateway'), 'secrets');
      const token = secrets.find((secret) => at(secret, 'name') === 'WAKE_TOKEN');
      expect(refersTo(at(token, 'valueFrom'), 'aws_secretsmanager_secret.kong__WAKE_TOKEN')).toBe(true);
      expect([...environmentOf(containerOf(plan, 'gateway')).keys()]).not.toContain('WAKE_TOKEN');
    },
  },
  {
    text: 'Fire-and-forget call to wake-up Lambda',
    resources: [
      'aws_lb_listener_rule.wake_up',
      'aws_lb_target_group.wake_up',
      'aws_lambda_permission.wake_up_load_balancer',
    ],
    asserts: 'a rule on 8443 to a Lambda target group, which the load balancer may invoke; no function URL',
    in: ['dev'],
    note: 'From a timer, so that no client waits for it; once for all requests at the same time; again with pauses when it fails, then an alarm.',
    check: (plan) => {
      expectWakeUpRule(plan);
      expect(plan.all('aws_lambda_function_url')).toEqual([]);
    },
  },
  {
    text: 'Lambda wakes ALL ECS services (not just the requested one)',
    resources: ['aws_iam_role_policy.wake_up', 'aws_lambda_function.wake_up'],
    asserts: 'the Lambda may raise every service behind the gateway, and nothing but services of this cluster',
    in: ['dev'],
    note: 'It raises what stands at 0 and lowers nothing.',
    check: (plan) => {
      for (const { name } of backends(plan)) expectWakes(plan, name);
    },
  },
  {
    text: 'Kong returns 503 with `Retry-After: 45` to the client',
    resources: ['aws_cloudfront_distribution.api'],
    asserts: 'CloudFront neither keeps the 503 nor puts a page in its place',
    in: ['dev'],
    note: 'With JSON, or for a browser a page that asks again by itself: `test/unit/lua-waking.test.ts`. With `wake.mode: "hold"` the request waits instead.',
    check: (plan) => {
      const errors = listAt(plan.get('aws_cloudfront_distribution.api').values, 'custom_error_response');
      const own = errors.filter((error) => at(error, 'error_code') === 503);
      expect(own).toHaveLength(1);
      expect([at(own[0], 'error_caching_min_ttl'), at(own[0], 'response_page_path') ?? null]).toEqual([0, null]);
    },
  },
  {
    text: 'Client retries after 30-60 seconds — services now running',
    resources: ['aws_lb_target_group', 'aws_cloudfront_distribution.api'],
    asserts:
      'a new task is looked at every 15 seconds or more often, and healthy after the first check that it passes; CloudFront keeps no error',
    check: (plan) => {
      for (const { name } of backends(plan)) {
        const health = at(plan.get(`aws_lb_target_group.${name}`).values, 'health_check.0');
        expect(Number(at(health, 'interval')) * Number(at(health, 'healthy_threshold'))).toBeLessThanOrEqual(30);
      }
      for (const error of listAt(plan.get('aws_cloudfront_distribution.api').values, 'custom_error_response'))
        expect(at(error, 'error_caching_min_ttl')).toBe(0);
    },
  },
  {
    text: 'Why wake all services?',
    resources: ['aws_iam_role_policy.wake_up'],
    asserts: 'one Lambda for the environment, which may raise every service behind the gateway',
    in: ['dev'],
    check: (plan) => {
      expect(plan.all('aws_lambda_function').filter(({ name }) => name === 'wake_up')).toHaveLength(1);
      for (const { name } of backends(plan)) expectWakes(plan, name);
    },
  },
  {
    text: 'Services depend on each other.',
    resources: ['aws_ecs_task_definition.offers_service'],
    asserts: 'a service knows the address of the one that it calls',
    check: (plan) => {
      expect([...environmentOf(containerOf(plan, 'offers_service')).keys()]).toContain('AUTH_SERVICE_URL');
    },
  },
  {
    text: 'If only one wakes up, its calls to other services would fail.',
    resources: ['aws_iam_role_policy.wake_up', 'aws_ecs_service.auth_service'],
    asserts: 'the service that another calls is woken too',
    in: ['dev'],
    check: (plan) => expectWakes(plan, 'auth_service'),
  },
  {
    text: "Kong must always run (`minInstances: 1`) — it's the orchestrator that detects unhealthy upstreams and triggers wake-up.",
    resources: ['aws_appautoscaling_target.gateway', 'aws_ecs_service.gateway'],
    asserts: 'at least one task in every environment, and no step to 0',
    check: (plan) => {
      expect(Number(bounds(plan, 'gateway')[0])).toBeGreaterThanOrEqual(1);
      expect(Number(plan.get('aws_ecs_service.gateway').values['desired_count'])).toBeGreaterThanOrEqual(1);
      const own = plan.get('aws_appautoscaling_target.gateway').values['resource_id'];
      const policies = plan.all('aws_appautoscaling_policy').filter(({ values }) => values['resource_id'] === own);
      for (const { values } of policies) expect(values['policy_type']).toBe('TargetTrackingScaling');
    },
  },
  {
    text: 'Cost: ~$9-15/month.',
    resources: ['aws_ecs_task_definition.gateway'],
    asserts: 'the size that this price is for: 0.25 vCPU, 512 MB',
    in: ['dev'],
    later: 'cost',
    check: (plan) => {
      const { values } = plan.get('aws_ecs_task_definition.gateway');
      expect([values['cpu'], values['memory']]).toEqual(['256', '512']);
    },
  },
  {
    text: 'For production environments with regular traffic, `minInstances: 1` is the safe choice — it avoids the 30-60 second cold start on the first request after scale-down.',
    resources: ['aws_appautoscaling_target'],
    asserts: 'in prod no service may stand below 1',
    in: ['prod'],
    check: (plan) => {
      for (const { name } of plan.all('aws_appautoscaling_target'))
        expect(Number(bounds(plan, name)[0]), name).toBeGreaterThanOrEqual(1);
    },
  },
  {
    text: 'Scale-to-zero works well for development and staging where occasional cold starts are acceptable.',
    resources: ['aws_appautoscaling_target'],
    asserts: 'in dev the services behind the gateway may stand at 0',
    in: ['dev'],
    check: (plan) => {
      for (const { name } of backends(plan)) expect(bounds(plan, name)[0], name).toBe(0);
    },
  },
];
