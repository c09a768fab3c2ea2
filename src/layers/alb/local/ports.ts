import type { PortRole } from '../../../local/contract/context.js';

/** Which local port stands for which of the load balancer's. */
export const roles: Readonly<Record<number, PortRole>> = {
  80: 'alb-80',
  443: 'alb-443',
  8443: 'alb-8443',
  8080: 'alb-8080',
};
