import type { LocalContext, PortRole } from '../../../local/contract/context.js';

/** The load balancer's own ports, and where the plane listens for each. */
const roles: Readonly<Record<number, PortRole>> = { 80: 'alb-80', 443: 'alb-443', 8080: 'alb-8080', 8443: 'alb-8443' };

/** Lets task processes reach the load balancer by the name of a service. @param service address of that service */
export function enterLoadBalancer(service: string | undefined, ctx: LocalContext): void {
  if (service === undefined || !ctx.providers('discovery').includes(service)) return;
  const ports = Object.entries(roles).map(([port, role]) => [Number(port), ctx.port(role)] as const);
  ctx.connect(service, 'discovery').register(ctx.address, Object.fromEntries(ports));
}
