import { createHash } from 'node:crypto';
import type { Config, NestService } from '../../config/config.js';
import { gatewayHealthPath, gatewayPorts } from '../../stack/gateway-task.js';
import type { SynthPart } from '../../stack/layer.js';
import { gatewayName, isNest, zoneIndexes, type ListenerPort, type Refs } from '../../stack/refs.js';
import { attr, dataAttr, resource, type AnyResource } from '../../stack/stack.js';

/**
 * TLS 1.2 and 1.3 only.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html (read 2026-11-23)
 */
const sslPolicy = 'ELBSecurityPolicy-TLS13-1-2-2021-06';

/** The load balancer with the specification's four listeners, their rules, and a target group for each service that answers HTTP. */
export function synth(config: Config, refs: Refs): SynthPart {
  const services = config.services.filter(isNest);
  return {
    resources: [
      resource(
        refs.loadBalancer,
        {
          name: refs.name(32, 'alb'),
          load_balancer_type: 'application',
          internal: false,
          security_groups: [attr(refs.securityGroup('alb'), 'id')],
          subnets: zoneIndexes.map((zone) => attr(refs.subnet('public', zone), 'id')),
          idle_timeout: 60,
          drop_invalid_header_fields: true,
          enable_deletion_protection: config.production,
          tags: { Name: refs.name(255, 'alb') },
        },
        // AWS refuses an internet-facing load balancer in a VPC that has no internet gateway yet.
        { dependsOn: ['aws_internet_gateway.main'] },
      ),
      ...listeners(refs),
      resource('aws_lb_listener_rule.origin_verify', {
        listener_arn: attr(refs.listener(443), 'arn'),
        priority: 1,
        condition: [
          {
            http_header: [
              { http_header_name: 'X-Origin-Verify', values: [dataAttr(refs.originVerify, 'secret_string')] },
            ],
          },
        ],
        action: [{ type: 'forward', target_group_arn: attr(refs.targetGroup(gatewayName), 'arn') }],
        tags: { Name: refs.name(255, 'origin-verify') },
      }),
      ...internalRules(refs, services),
      targetGroup(refs, gatewayName, gatewayPorts.proxy, {
        path: gatewayHealthPath,
        port: String(gatewayPorts.status),
      }),
      ...services.map((service) =>
        targetGroup(refs, service.name, service.port, { path: service.healthCheckPath, port: 'traffic-port' }),
      ),
    ],
  };
}

function listeners(refs: Refs): AnyResource[] {
  const listener = (port: ListenerPort, secure: boolean, action: 'redirect' | '403' | '404') =>
    resource(refs.listener(port), {
      load_balancer_arn: attr(refs.loadBalancer, 'arn'),
      port,
      protocol: secure ? 'HTTPS' : 'HTTP',
      ...(secure && { ssl_policy: sslPolicy, certificate_arn: attr(refs.certificate('api'), 'certificate_arn') }),
      default_action: [
        action === 'redirect'
          ? { type: 'redirect', redirect: [{ protocol: 'HTTPS', port: '443', status_code: 'HTTP_301' }] }
          : {
              type: 'fixed-response',
              fixed_response: [
                {
                  content_type: 'text/plain',
                  message_body: action === '403' ? 'Forbidden' : 'Not Found',
                  status_code: action,
                },
              ],
            },
      ],
      tags: { Name: refs.name(255, `listener-${String(port)}`) },
    });
  return [
    listener(80, false, 'redirect'),
    listener(443, true, '403'),
    listener(8443, true, '404'),
    listener(8080, false, '404'),
  ];
}

/** 8443: by Host, as the gateway's upstreams send it. 8080: OIDC discovery alone, by path. */
function internalRules(refs: Refs, services: readonly NestService[]): AnyResource[] {
  const hostPriority = prioritiesOf(services.map(({ name }) => name));
  const withOidc = services.filter((service) => service.oidc !== undefined);
  const pathPriority = prioritiesOf(withOidc.map(({ name }) => name));
  const rule = (
    service: NestService,
    port: ListenerPort,
    name: string,
    priority: number | undefined,
    condition: object,
  ) =>
    resource(`aws_lb_listener_rule.${name}`, {
      listener_arn: attr(refs.listener(port), 'arn'),
      priority,
      condition: [condition],
      action: [{ type: 'forward', target_group_arn: attr(refs.targetGroup(service.name), 'arn') }],
      tags: { Name: refs.name(255, service.name, String(port)) },
    });
  return [
    ...services.map((service) =>
      rule(service, 8443, `internal_${refs.id(service.name)}`, hostPriority.get(service.name), {
        host_header: [{ values: [`${service.name}.internal`] }],
      }),
    ),
    ...withOidc.map((service) =>
      rule(service, 8080, `discovery_${refs.id(service.name)}`, pathPriority.get(service.name), {
        path_pattern: [{ values: [service.oidc?.discovery ?? ''] }],
      }),
    ),
  ];
}

/** Highest priority that AWS takes. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html (read 2026-11-23) */
const highestPriority = 50_000;

/**
 * A rule priority for each name, made from the name alone so that it does not move when another comes or goes.
 * Two names that meet on one number (one chance in some 50,000 a pair) are told apart by a second draw for the later name.
 */
export function prioritiesOf(names: readonly string[]): ReadonlyMap<string, number> {
  const taken = new Set<number>();
  const priorities = new Map<string, number>();
  for (const name of [...names].sort()) {
    let priority = 0;
    for (let draw = 0; priority === 0 || taken.has(priority); draw += 1) priority = drawPriority(name, draw);
    taken.add(priority);
    priorities.set(name, priority);
  }
  return priorities;
}

/** In 100…50,000: the lower numbers stay free for Landfall's own rules. */
function drawPriority(name: string, draw: number): number {
  const hash = createHash('sha256')
    .update(`${name}#${String(draw)}`)
    .digest();
  return 100 + (hash.readUInt32BE(0) % (highestPriority - 99));
}

function targetGroup(refs: Refs, name: string, port: number, health: { path: string; port: string }) {
  return resource(
    refs.targetGroup(name),
    {
      name: refs.name(32, name),
      vpc_id: attr(refs.vpc, 'id'),
      target_type: 'ip',
      protocol: 'HTTP',
      port,
      deregistration_delay: '30',
      health_check: [
        {
          enabled: true,
          protocol: 'HTTP',
          path: health.path,
          port: health.port,
          matcher: '200',
          interval: 15,
          timeout: 5,
          healthy_threshold: 2,
          unhealthy_threshold: 3,
        },
      ],
      tags: { Name: refs.name(255, name) },
    },
    // ECS registers each task with its own port, so this one is only a default; a new one would replace a group that is in use.
    { lifecycle: { ignore_changes: ['port'] } },
  );
}
