import type { Config } from '../../config/config.js';
import type { LocalContext } from '../../local/contract/context.js';
import { inert, localArn, type Layer, type Resolved, type SynthPart } from '../../stack/layer.js';
import { inCluster, type Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';
import { discoveryService } from './local/service.js';
import { enterLoadBalancer } from './local/load-balancer.js';

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
          // ECS takes its tasks out later than Terraform removes this.
          force_destroy: true,
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

function attributeOf(resolved: Resolved, name: 'AWS_ALIAS_DNS_NAME' | 'AWS_INSTANCE_CNAME'): string {
  const attributes = resolved.args['attributes'];
  const value =
    typeof attributes === 'object' && attributes !== null ? (attributes as Record<string, unknown>)[name] : '';
  return typeof value === 'string' ? value : '';
}

/** Offers the cache that has this address under another name too: to the gateway, and to task processes. */
function nameCache(service: string | undefined, name: string, cname: string, ctx: LocalContext): void {
  for (const address of ctx.providers('cacheServer')) {
    const cache = ctx.connect(address, 'cacheServer');
    if (address === ctx.address || cache.name !== cname) continue;
    ctx.provide('cacheServer', { ...cache, name });
    if (service !== undefined && ctx.providers('discovery').includes(service))
      ctx
        .connect(service, 'discovery')
        .register(ctx.address, { [Number(ctx.argumentsOf(address)?.['port'] ?? 6379)]: cache.port });
  }
}

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
    aws_service_discovery_service: discoveryService,
    aws_service_discovery_instance: {
      fidelity: 'approximate',
      leftOut:
        'The alias stands for the load balancer, the canonical name for the cache inside the plane; no DNS record is served.',
      apply: (resolved, ctx) => {
        const service = ctx.addressOf('id', String(resolved.args['service_id']));
        const args = service === undefined ? undefined : ctx.argumentsOf(service);
        const name = `${String(args?.['name'])}.${ctx.project}.local`;
        const alias = attributeOf(resolved, 'AWS_ALIAS_DNS_NAME');
        if (alias !== '') {
          ctx.alias(name, alias);
          enterLoadBalancer(service, ctx);
        }
        nameCache(service, name, attributeOf(resolved, 'AWS_INSTANCE_CNAME'), ctx);
        return Promise.resolve({ id: resolved.address, arn: localArn(ctx, 'servicediscovery', resolved.name) });
      },
    },
  },
};
