import { inert, localArn, type LocalBehaviour, type LocalRule } from '../../../stack/layer.js';
import { dnsNameOf, listener, listenerRule } from './listener.js';
import { targetAttachment } from './lambda-target.js';
import { targetGroup } from './target-group.js';
import { loadBalancerSuffix } from './traffic.js';

const loadBalancer: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'Zones, access logs, deletion protection and quotas.',
  apply({ args }, ctx) {
    const name = String(args['name']);
    const arn = localArn(ctx, 'elasticloadbalancing', `loadbalancer/app/${name}/local`);
    const attributes = {
      id: arn,
      arn,
      name,
      arn_suffix: loadBalancerSuffix(name),
      dns_name: dnsNameOf(name, ctx),
      zone_id: 'ZLOCALELB',
    };
    return Promise.resolve(attributes);
  },
};

/** How the load balancer runs locally. */
export const albLocal = {
  aws_lb: loadBalancer,
  aws_lb_listener: listener,
  aws_lb_listener_certificate: inert('The plane has one certificate for all its names.'),
  aws_lb_listener_rule: listenerRule,
  aws_lb_target_group: targetGroup,
  aws_lb_target_group_attachment: targetAttachment,
} as const satisfies Readonly<Record<string, LocalRule>>;
