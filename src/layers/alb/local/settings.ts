import { z } from 'zod';

/**
 * What is read of `aws_lb`. Defaults are the provider's.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html (read 2026-11-25)
 */
export const loadBalancerSchema = z.object({
  name: z.string().default('load-balancer'),
  idle_timeout: z.number().default(60),
  drop_invalid_header_fields: z.boolean().default(false),
  desync_mitigation_mode: z.enum(['monitor', 'defensive', 'strictest']).default('defensive'),
  enable_http2: z.boolean().default(true),
  enable_tls_version_and_cipher_suite_headers: z.boolean().default(false),
  enable_xff_client_port: z.boolean().default(false),
  preserve_host_header: z.boolean().default(false),
  xff_header_processing_mode: z.enum(['append', 'preserve', 'remove']).default('append'),
});

export type LoadBalancer = z.infer<typeof loadBalancerSchema>;
