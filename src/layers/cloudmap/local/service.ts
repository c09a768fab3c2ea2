import { z } from 'zod';
import type { LocalContext } from '../../../local/contract/context.js';
import { localArn, type LocalBehaviour } from '../../../stack/layer.js';
import { LocalDiscovery, type DiscoverySettings } from './discovery.js';
import { writeNames } from './names-file.js';

/** What is read of `aws_service_discovery_service`. */
const argsSchema = z.object({
  name: z.string(),
  dns_config: z.tuple([
    z.object({
      namespace_id: z.string(),
      // The API's own default.
      routing_policy: z.enum(['MULTIVALUE', 'WEIGHTED']).default('MULTIVALUE'),
      dns_records: z.array(z.object({ type: z.string(), ttl: z.number() })).min(1),
    }),
  ]),
});

/** A name of the private namespace; ECS services register their tasks in it. */
export const discoveryService: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'Names resolve in Node processes of tasks alone (a hook in NODE_OPTIONS), to A records alone. Who registers an instance says when it leaves: at once, where AWS waits 30 seconds and for the TTL.',
  apply(resolved, ctx) {
    const settings = settingsOf(argsSchema.parse(resolved.args), ctx);
    const known = runningDiscovery(ctx);
    if (known === undefined) ctx.provide('discovery', new LocalDiscovery(settings, () => writeNames(ctx)));
    else known.settings = settings;
    writeNames(ctx);
    const id = `srv-${resolved.name}`;
    return Promise.resolve({
      id,
      name: String(resolved.args['name']),
      arn: localArn(ctx, 'servicediscovery', `service/${id}`),
    });
  },
  destroy(_resolved, ctx) {
    runningDiscovery(ctx)?.close();
    return Promise.resolve();
  },
  stop(_resolved, ctx) {
    runningDiscovery(ctx)?.close();
    return Promise.resolve();
  },
};

function settingsOf(args: z.infer<typeof argsSchema>, ctx: LocalContext): DiscoverySettings {
  const [{ namespace_id, routing_policy, dns_records }] = args.dns_config;
  const address = ctx.addressOf('id', namespace_id);
  const found = address === undefined ? undefined : ctx.argumentsOf(address)?.['name'];
  const namespace = (typeof found === 'string' ? found : `${ctx.project}.local`).toLowerCase();
  return {
    name: `${args.name.toLowerCase()}.${namespace}`,
    namespace,
    routing: routing_policy,
    ttlSeconds: dns_records[0]?.ttl ?? 0,
  };
}

/** Instances outlive a change of arguments. */
function runningDiscovery(ctx: LocalContext): LocalDiscovery | undefined {
  if (!ctx.providers('discovery').includes(ctx.address)) return undefined;
  const discovery = ctx.connect(ctx.address, 'discovery');
  return discovery instanceof LocalDiscovery ? discovery : undefined;
}
