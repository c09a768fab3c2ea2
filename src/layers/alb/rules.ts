import type { Config, NestService, NextService } from '../../config/config.js';
import {
  canSleep,
  gatewayName,
  hasTargetGroup,
  isNest,
  isNext,
  type ListenerPort,
  type Refs,
} from '../../stack/refs.js';
import { attr, dataAttr, resource, type AnyResource } from '../../stack/stack.js';
import { lastPriority, prioritiesOf } from './priorities.js';

/** Of the rule that wakes services: before those of services, whose priorities start at 100. */
const wakeUpPriority = 1;

/**
 * 443: what comes from CloudFront, told by its header, goes to a Next.js front end by host, and else to the gateway.
 * 8443: by Host, as the gateway's upstreams send it. 8080: OIDC discovery alone, by path.
 */
export function rules(config: Config, refs: Refs): AnyResource[] {
  const services = config.services.filter(isNest);
  const apps = config.services.filter(isNext).filter(hasTargetGroup);
  const hostPriority = prioritiesOf(services.map(({ name }) => name));
  const withOidc = services.filter((service) => service.oidc !== undefined);
  const pathPriority = prioritiesOf(withOidc.map(({ name }) => name));
  const appPriority = prioritiesOf(apps.map(({ name }) => name));
  return [
    rule(refs, {
      name: 'origin_verify',
      port: 443,
      priority: lastPriority,
      conditions: [verified(refs)],
      target: refs.targetGroup(gatewayName),
    }),
    ...apps.map((app) =>
      rule(refs, {
        ...serviceRule(refs, app, 'app', 443, appPriority),
        conditions: [host(refs.host(app.subdomain)), verified(refs)],
      }),
    ),
    ...services.map((service) =>
      rule(refs, {
        ...serviceRule(refs, service, 'internal', 8443, hostPriority),
        conditions: [host(`${service.name}.internal`)],
      }),
    ),
    ...withOidc.map((service) =>
      rule(refs, {
        ...serviceRule(refs, service, 'discovery', 8080, pathPriority),
        conditions: [{ path_pattern: [{ values: [service.oidc?.discovery ?? ''] }] }],
      }),
    ),
    ...(config.services.some(canSleep)
      ? [
          rule(refs, {
            name: 'wake_up',
            port: 8443,
            priority: wakeUpPriority,
            conditions: [host(refs.wakeUpHost)],
            target: refs.wakeUpTargetGroup,
          }),
        ]
      : []),
  ];
}

interface Rule {
  readonly name: string;
  readonly port: ListenerPort;
  readonly priority: number | undefined;
  readonly conditions: readonly object[];
  readonly target: `aws_lb_target_group.${string}`;
}

const verified = (refs: Refs) => ({
  http_header: [
    {
      http_header_name: 'X-Origin-Verify',
      values: [refs.originVerify, refs.originVerifyNext].map((value) => dataAttr(value, 'secret_string')),
    },
  ],
});

const host = (name: string) => ({ host_header: [{ values: [name] }] });

const serviceRule = (
  refs: Refs,
  { name }: NestService | NextService,
  kind: string,
  port: ListenerPort,
  priorities: ReadonlyMap<string, number>,
) => ({
  name: `${kind}_${refs.id(name)}`,
  port,
  priority: priorities.get(name),
  target: refs.targetGroup(name),
});

function rule(refs: Refs, { name, port, priority, conditions, target }: Rule): AnyResource {
  return resource(`aws_lb_listener_rule.${name}`, {
    listener_arn: attr(refs.listener(port), 'arn'),
    priority,
    condition: conditions,
    action: [{ type: 'forward', target_group_arn: attr(target, 'arn') }],
    tags: { Name: refs.name(255, name.replaceAll('_', '-')) },
  });
}
