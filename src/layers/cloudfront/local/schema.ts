import { z } from 'zod';

const behaviour = z.object({
  path_pattern: z.string().optional(),
  target_origin_id: z.string(),
  viewer_protocol_policy: z.enum(['allow-all', 'https-only', 'redirect-to-https']),
  allowed_methods: z.array(z.string()),
  origin_request_policy_id: z.string().optional(),
  response_headers_policy_id: z.string().optional(),
});

const origin = z.object({
  origin_id: z.string(),
  domain_name: z.string(),
  origin_access_control_id: z.string().optional(),
  custom_header: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  custom_origin_config: z
    .array(
      z.object({
        http_port: z.number(),
        https_port: z.number(),
        origin_protocol_policy: z.enum(['http-only', 'https-only', 'match-viewer']),
      }),
    )
    .optional(),
});

/** What is read of `aws_cloudfront_distribution`. */
export const distributionSchema = z.object({
  aliases: z.array(z.string()).default([]),
  default_root_object: z.string().optional(),
  web_acl_id: z.string().optional(),
  http_version: z.string().default('http2'),
  origin: z.array(origin).min(1),
  default_cache_behavior: z.tuple([behaviour]),
  ordered_cache_behavior: z.array(behaviour).default([]),
  custom_error_response: z
    .array(
      z.object({
        error_code: z.number(),
        response_code: z.number().optional(),
        response_page_path: z.string().optional(),
      }),
    )
    .default([]),
});

export type DistributionArgs = z.infer<typeof distributionSchema>;
export type Behaviour = z.infer<typeof behaviour>;
export type Origin = z.infer<typeof origin>;

const override = { override: z.boolean() };

/** What is read of `aws_cloudfront_response_headers_policy`. */
export const responseHeadersSchema = z.object({
  security_headers_config: z
    .tuple([
      z.object({
        content_type_options: z.tuple([z.object(override)]).optional(),
        frame_options: z.tuple([z.object({ frame_option: z.string(), ...override })]).optional(),
        referrer_policy: z.tuple([z.object({ referrer_policy: z.string(), ...override })]).optional(),
        strict_transport_security: z
          .tuple([
            z.object({
              access_control_max_age_sec: z.number(),
              include_subdomains: z.boolean().default(false),
              preload: z.boolean().default(false),
              ...override,
            }),
          ])
          .optional(),
      }),
    ])
    .optional(),
});
