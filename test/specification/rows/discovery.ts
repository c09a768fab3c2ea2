import { expect } from 'vitest';
import { expectHostRules, expectWakeUpRule } from '../checks.js';
import type { Entry } from '../entry.js';
import { backends, containerOf, environmentOf, projectOf, refersTo } from '../questions.js';

/** Service Discovery. */
export const discovery: readonly Entry[] = [
  {
    text: 'AWS uses a dual approach:',
    resources: ['aws_lb_listener_rule', 'aws_service_discovery_service'],
    asserts: 'every service behind the gateway has both a rule on 8443 and a name in Cloud Map',
    check: (plan) => {
      expectHostRules(plan);
      for (const { name } of backends(plan)) expect(plan.has(`aws_service_discovery_service.${name}`)).toBe(true);
    },
  },
  {
    text: 'Kong > Services | ALB with Host headers (port 8443) | Wake-up mechanism via upstream failover',
    resources: ['aws_lb_listener_rule', 'aws_service_discovery_instance.alb', 'aws_lb_listener_rule.wake_up'],
    asserts:
      '`{service}.internal` on 8443 for each service, `alb.{project}.local` for the load balancer, and where services sleep a rule to the wake-up Lambda',
    check: (plan, name) => {
      expectHostRules(plan);
      const { values } = plan.get('aws_service_discovery_instance.alb');
      expect(refersTo(values['attributes'], 'aws_lb.main')).toBe(true);
      expect(plan.get('aws_service_discovery_service.alb').values['name']).toBe('alb');
      // In prod no service sleeps, so there is nothing to wake.
      expect(plan.has('aws_lb_listener_rule.wake_up')).toBe(name === 'dev');
      if (name === 'dev') expectWakeUpRule(plan);
    },
  },
  {
    text: 'Service > Service | Cloud Map DNS (`{service}.{project}.local`) | Direct calls, no ALB overhead',
    resources: ['aws_ecs_task_definition.offers_service', 'aws_service_discovery_service.auth_service'],
    asserts: 'a caller gets its peer’s Cloud Map name and port, which its security group lets it reach',
    check: (plan) => {
      const peer = environmentOf(containerOf(plan, 'offers_service')).get('AUTH_SERVICE_URL');
      expect(peer).toBe(`http://auth-service.${projectOf(plan)}.local:3001`);
      expect(plan.has('aws_vpc_security_group_ingress_rule.ecs_ecs')).toBe(true);
    },
  },
];
