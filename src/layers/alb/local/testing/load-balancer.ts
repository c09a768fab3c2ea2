import type { Attributes } from '../../../../stack/layer.js';
import type { Target, TargetGroup } from '../../../../local/contract/context.js';
import type { Handler } from '../../../../local/contract/http.js';
import { createFakePlane, type FakePlane } from '../../../../local/testing/fake-context.js';
import { recording } from '../../../../local/testing/fake-request.js';
import { albLocal } from '../index.js';

/** A load balancer in a fake plane, as Terraform would describe it. */
export interface FakeLoadBalancer {
  readonly plane: FakePlane;
  readonly arn: string;
  readonly dnsName: string;
  listener(port: number, defaultAction: object): Promise<string>;
  rule(
    name: string,
    listenerArn: string,
    priority: number,
    conditions: readonly object[],
    action: object,
  ): Promise<Attributes>;
  /** A target group with these tasks, all healthy. Answers its ARN. */
  group(name: string, handlers: Readonly<Record<string, Handler>>, args?: object): Promise<string>;
  /** The group itself, to register and deregister. */
  running(name: string): TargetGroup;
}

export const target = (id: string, handler: Handler, healthHandler: Handler = recording()): Target => ({
  id,
  address: 'aws_ecs_service.offers',
  handler,
  healthHandler,
});

export const fixed = (status: number, body = '') => ({
  type: 'fixed-response',
  fixed_response: [{ content_type: 'text/plain', message_body: body, status_code: String(status) }],
});

export const forward = (targetGroupArn: string) => ({ type: 'forward', target_group_arn: targetGroupArn });

/** Applies `aws_lb.main`; the rest as asked. */
export async function fakeLoadBalancer(args: object = {}): Promise<FakeLoadBalancer> {
  const plane = createFakePlane();
  const { arn, dns_name } = await plane.apply(albLocal.aws_lb, 'aws_lb.main', { name: 'shop-dev-alb', ...args });
  return {
    plane,
    arn: String(arn),
    dnsName: String(dns_name),
    async listener(port, defaultAction) {
      const attributes = await plane.apply(albLocal.aws_lb_listener, `aws_lb_listener.p${String(port)}`, {
        load_balancer_arn: arn,
        port,
        protocol: port === 443 || port === 8443 ? 'HTTPS' : 'HTTP',
        default_action: [defaultAction],
      });
      return String(attributes['arn']);
    },
    rule: (name, listenerArn, priority, condition, action) =>
      plane.apply(albLocal.aws_lb_listener_rule, `aws_lb_listener_rule.${name}`, {
        listener_arn: listenerArn,
        priority,
        condition,
        action: [action],
      }),
    async group(name, handlers, more = {}) {
      const address = `aws_lb_target_group.${name}`;
      const attributes = await plane.apply(albLocal.aws_lb_target_group, address, {
        name,
        deregistration_delay: '30',
        ...more,
      });
      const group = plane.registry.connect(address, 'targetGroup');
      for (const [id, handler] of Object.entries(handlers)) group.register(target(id, handler));
      await plane.clock.advance(0);
      return String(attributes['arn']);
    },
    running: (name) => plane.registry.connect(`aws_lb_target_group.${name}`, 'targetGroup'),
  };
}
