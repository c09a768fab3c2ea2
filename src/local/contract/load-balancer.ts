import type { PortRole } from './context.js';

/** The load balancer's own ports, and where the plane listens for each. */
export const loadBalancerPorts: Readonly<Record<number, PortRole>> = {
  80: 'alb-80',
  443: 'alb-443',
  8443: 'alb-8443',
  8080: 'alb-8080',
};
