import { z } from 'zod';

const override = { override: z.boolean() };
const items = z.tuple([z.object({ items: z.array(z.string()).default([]) })]);

const security = z.object({
  content_security_policy: z.tuple([z.object({ content_security_policy: z.string(), ...override })]).optional(),
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
  xss_protection: z
    .tuple([
      z.object({
        protection: z.boolean(),
        mode_block: z.boolean().default(false),
        report_uri: z.string().optional(),
        ...override,
      }),
    ])
    .optional(),
});

const cors = z.object({
  access_control_allow_credentials: z.boolean(),
  access_control_allow_headers: items,
  access_control_allow_methods: items,
  access_control_allow_origins: items,
  access_control_expose_headers: items.optional(),
  access_control_max_age_sec: z.number().optional(),
  origin_override: z.boolean(),
});

/** What is read of `aws_cloudfront_response_headers_policy`. */
export const responseHeadersSchema = z.object({
  security_headers_config: z.tuple([security]).optional(),
  custom_headers_config: z
    .tuple([
      z.object({
        items: z.array(z.object({ header: z.string(), value: z.string(), ...override })).default([]),
      }),
    ])
    .optional(),
  remove_headers_config: z
    .tuple([z.object({ items: z.array(z.object({ header: z.string() })).default([]) })])
    .optional(),
  cors_config: z.tuple([cors]).optional(),
});

export type SecurityArgs = z.infer<typeof security>;
export type CorsArgs = z.infer<typeof cors>;
