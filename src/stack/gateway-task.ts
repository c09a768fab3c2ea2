/** What the gateway's container offers and needs: the gateway room builds the image, the ecs and alb rooms run it. */

/** Container ports: the proxy, and the status listener that answers health checks. */
export const gatewayPorts = { proxy: 8000, status: 8100 } as const;

/** Answers 200 when Kong has its configuration. @see https://developer.konghq.com/gateway/traffic-control/health-check-probes/ (read 2026-11-23) */
export const gatewayHealthPath = '/status/ready';
