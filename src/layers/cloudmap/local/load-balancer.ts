import type { LocalContext } from '../../../local/contract/context.js';
import { loadBalancerPorts } from '../../../local/contract/load-balancer.js';

/** Lets task processes reach the load balancer by the name of a service. @param service address of that service */
export function enterLoadBalancer(service: string | undefined, ctx: LocalContext): void {
  if (service === undefined || !ctx.providers('discovery').includes(service)) return;
  const ports = Object.entries(loadBalancerPorts).map(([port, role]) => [Number(port), ctx.port(role)] as const);
  ctx.connect(service, 'discovery').register(ctx.address, Object.fromEntries(ports));
}
