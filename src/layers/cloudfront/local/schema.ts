import { z } from 'zod';

/** The provider writes an argument that is not set as absent, null or empty. */
const optionalText = z
  .string()
  .nullish()
  .transform((text) => (text === '' || text === null ? undefined : text));

const behaviour = z.object({
  path_pattern: z.string().optional(),
  target_origin_id: z.string(),
  viewer_protocol_policy: z.enum(['allow-all', 'https-only', 'redirect-to-https']),
  allowed_methods: z.array(z.string()),
  cached_methods: z.array(z.string()).default(['GET', 'HEAD']),
  compress: z.boolean().nullish(),
  cache_policy_id: optionalText,
  function_association: z
    .array(z.object({ event_type: z.enum(['viewer-request', 'viewer-response']), function_arn: z.string() }))
    .default([]),
  origin_request_policy_id: optionalText,
  response_headers_policy_id: optionalText,
});

/** Defaults are the provider's. */
const customOrigin = z.object({
  http_port: z.number(),
  https_port: z.number(),
  origin_protocol_policy: z.enum(['http-only', 'https-only', 'match-viewer']),
  origin_read_timeout: z.number().default(30),
});

const origin = z.object({
  origin_id: z.string(),
  domain_name: z.string(),
  origin_path: z.string().default(''),
  origin_access_control_id: optionalText,
  custom_header: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  custom_origin_config: z.tuple([customOrigin]).optional(),
});

/** What is read of `aws_cloudfront_distribution`. */
export const distributionSchema = z.object({
  aliases: z.array(z.string()).default([]),
  default_root_object: optionalText,
  web_acl_id: optionalText,
  origin: z.array(origin).min(1),
  default_cache_behavior: z.tuple([behaviour]),
  ordered_cache_behavior: z.array(behaviour).default([]),
  custom_error_response: z
    .array(
      z.object({
        error_code: z.number(),
        response_code: z.number().nullish(),
        response_page_path: optionalText,
        error_caching_min_ttl: z.number().nullish(),
      }),
    )
    .default([]),
});

export type DistributionArgs = z.infer<typeof distributionSchema>;
export type BehaviourArgs = z.infer<typeof behaviour>;
export type OriginArgs = z.infer<typeof origin>;

/** What is read of `aws_cloudfront_function`. */
export const functionSchema = z.object({ name: z.string(), code: z.string() });

/** What is read of `aws_cloudfront_origin_access_control`. */
export const accessControlSchema = z.object({
  origin_access_control_origin_type: z.string(),
  signing_behavior: z.enum(['always', 'never', 'no-override']),
});
