import type { Config } from '../../config/config.js';
import { inert, localArn, type Layer, type Resolved, type SynthPart } from '../../stack/layer.js';
import { inCluster, type Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';

/** The private namespace, a name for each service that others call directly, and `alb.{project}.local`. */
function synth(config: Config, refs: Refs): SynthPart {
  const namespaceId = attr(refs.namespace, 'id');
  return {
    resources: [
      resource(refs.namespace, {
        name: refs.namespaceName,
        description: `${config.project} ${config.environment}`,
        vpc: attr(refs.vpc, 'id'),
      }),
      ...config.services.filter(inCluster).map(({ name }) =>
        resource(refs.discoveryService(name), {
          name,
          dns_config: [
            { namespace_id: namespaceId, routing_policy: 'MULTIVALUE', dns_records: [{ type: 'A', ttl: 10 }] },
          ],
          health_check_custom_config: [{ failure_threshold: 1 }],
        }),
      ),
      resource(refs.discoveryService('alb'), {
        name: 'alb',
        dns_config: [{ namespace_id: namespaceId, routing_policy: 'WEIGHTED', dns_records: [{ type: 'A', ttl: 60 }] }],
      }),
      resource('aws_service_discovery_instance.alb', {
        instance_id: 'alb',
        service_id: attr(refs.discoveryService('alb'), 'id'),
        attributes: { AWS_ALIAS_DNS_NAME: attr(refs.loadBalancer, 'dns_name') },
      }),
      ...(config.redis === undefined ? [] : redis(refs)),
    ],
  };
}

/** `redis.{project}.local`, so that the gateway's configuration can name the cache before it exists. */
function redis(refs: Refs): AnyResource[] {
  return [
    resource(refs.discoveryService('redis'), {
      name: 'redis',
      dns_config: [
        {
          namespace_id: attr(refs.namespace, 'id'),
          routing_policy: 'WEIGHTED',
          dns_records: [{ type: 'CNAME', ttl: 60 }],
        },
      ],
    }),
    resource('aws_service_discovery_instance.redis', {
      instance_id: 'redis',
      service_id: attr(refs.discoveryService('redis'), 'id'),
      attributes: { AWS_INSTANCE_CNAME: attr(refs.cache, 'primary_endpoint_address') },
    }),
  ];
}

const aliasOf = (resolved: Resolved): string => {
  const attributes = resolved.args['attributes'];
  const alias =
    typeof attributes === 'object' && attributes !== null
      ? (attributes as Record<string, unknown>)['AWS_ALIAS_DNS_NAME']
      : '';
  return typeof alias === 'string' ? alias : '';
};

/** Cloud Map: names inside the VPC. */
export const cloudmap: Layer<
  'aws_service_discovery_instance' | 'aws_service_discovery_private_dns_namespace' | 'aws_service_discovery_service'
> = {
  name: 'cloudmap',
  synth,
  cost: {
    aws_service_discovery_instance: 'unpriced',
    aws_service_discovery_private_dns_namespace: 'unpriced',
    aws_service_discovery_service: 'free',
  },
  audit: [],
  local: {
    aws_service_discovery_private_dns_namespace: inert('Its name stands in those of its services.', ({ args }) => ({
      name: args['name'],
      hosted_zone: 'ZLOCALNS',
    })),
    aws_service_discovery_service: inert(
      'Names resolve for the gateway; inside service processes not yet.',
      ({ args }) => ({ name: args['name'] }),
    ),
    aws_service_discovery_instance: {
      fidelity: 'approximate',
      leftOut: 'The alias stands for the load balancer inside the plane; no DNS record is served.',
      apply: (resolved, ctx) => {
        const service = ctx.addressOf('id', String(resolved.args['service_id']));
        const args = service === undefined ? undefined : ctx.argumentsOf(service);
        const alias = aliasOf(resolved);
        if (alias !== '') ctx.alias(`${String(args?.['name'])}.${ctx.project}.local`, alias);
        return Promise.resolve({ id: resolved.address, arn: localArn(ctx, 'servicediscovery', resolved.name) });
      },
    },
  },
};
