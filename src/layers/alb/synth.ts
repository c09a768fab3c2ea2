import type { Config } from '../../config/config.js';
import { gatewayDrainSeconds, gatewayHealthPath, gatewayPorts } from '../../stack/gateway-task.js';
import type { SynthPart } from '../../stack/layer.js';
import {
  canSleep,
  gatewayName,
  hasTargetGroup,
  isNext,
  zoneIndexes,
  type ListenerPort,
  type Refs,
} from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';
import { rules } from './rules.js';
import { targetGroup, wakeUpTarget } from './target-group.js';

/**
 * TLS 1.2 and 1.3 only.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html (read 2026-11-23)
 */
const sslPolicy = 'ELBSecurityPolicy-TLS13-1-2-2021-06';

/** The load balancer with the specification's four listeners, their rules, and a target group for each service that answers HTTP. */
export function synth(config: Config, refs: Refs): SynthPart {
  const services = config.services.filter(hasTargetGroup);
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
          desync_mitigation_mode: 'defensive',
          access_logs: [{ bucket: attr(refs.logBucket, 'id'), prefix: 'alb', enabled: true }],
          enable_deletion_protection: config.production,
          tags: { Name: refs.name(255, 'alb') },
        },
        // AWS refuses an internet-facing load balancer in a VPC that has no internet gateway yet, and logs to a bucket that it may not write.
        {
          dependsOn: [
            'aws_internet_gateway.main',
            ...zoneIndexes.flatMap((zone) => refs.publicRoute(zone)),
            'aws_s3_bucket_policy.logs',
          ],
        },
      ),
      ...listeners(refs),
      ...rules(config, refs),
      targetGroup(refs, gatewayName, gatewayPorts.proxy, {
        path: gatewayHealthPath,
        port: String(gatewayPorts.status),
        drainSeconds: gatewayDrainSeconds(config),
      }),
      ...services.map((service) =>
        targetGroup(refs, service.name, service.port, {
          path: service.healthCheckPath,
          port: 'traffic-port',
          sleeps: canSleep(service),
        }),
      ),
      ...services.filter(isNext).map((app) =>
        resource(`aws_lb_listener_certificate.${refs.id(app.name)}`, {
          listener_arn: attr(refs.listener(443), 'arn'),
          certificate_arn: attr(refs.certificate(app.name), 'certificate_arn'),
        }),
      ),
      ...(config.services.some(canSleep) ? wakeUpTarget(refs) : []),
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
