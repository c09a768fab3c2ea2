import { z } from 'zod';

/** A block of the provider that stands at most once: a list of one. Absent, null and empty all mean that it is not set. */
const one = <T extends z.ZodType>(schema: T) =>
  z
    .array(schema)
    .max(1)
    .nullish()
    .transform((list) => list?.[0]);

const many = <T extends z.ZodType>(schema: T) =>
  z
    .array(schema)
    .nullish()
    .transform((list) => list ?? []);

const empty = one(z.object({}));
const texts = many(z.string());
const oversize = z.enum(['CONTINUE', 'MATCH', 'NO_MATCH']).nullish();
const scope = z.enum(['ALL', 'KEY', 'VALUE']);
const fallback = z.enum(['MATCH', 'NO_MATCH']);

const fieldSchema = z.strictObject({
  all_query_arguments: empty,
  body: one(z.object({ oversize_handling: oversize })),
  cookies: one(
    z.object({
      match_scope: scope,
      oversize_handling: oversize,
      match_pattern: one(z.object({ all: empty, included_cookies: texts, excluded_cookies: texts })),
    }),
  ),
  headers: one(
    z.object({
      match_scope: scope,
      oversize_handling: oversize,
      match_pattern: one(z.object({ all: empty, included_headers: texts, excluded_headers: texts })),
    }),
  ),
  header_order: one(z.object({ oversize_handling: oversize })),
  json_body: one(
    z.object({
      match_scope: scope,
      oversize_handling: oversize,
      invalid_fallback_behavior: z.enum(['EVALUATE_AS_STRING', 'MATCH', 'NO_MATCH']).nullish(),
      match_pattern: one(z.object({ all: empty, included_paths: texts })),
    }),
  ),
  method: empty,
  query_string: empty,
  single_header: one(z.object({ name: z.string() })),
  single_query_argument: one(z.object({ name: z.string() })),
  uri_path: empty,
});

const transformations = many(z.object({ priority: z.number(), type: z.string() }));
const text = { field_to_match: one(fieldSchema), text_transformation: transformations };
const forwarded = one(z.object({ header_name: z.string(), fallback_behavior: fallback }));
const key = one(z.object({ name: z.string(), text_transformation: transformations }));
const wholeKey = one(z.object({ text_transformation: transformations }));

const customKeySchema = z.strictObject({
  cookie: key,
  forwarded_ip: empty,
  header: key,
  http_method: empty,
  ip: empty,
  label_namespace: one(z.object({ namespace: z.string() })),
  query_argument: key,
  query_string: wholeKey,
  uri_path: wholeKey,
});

const actionSchema = z.object({
  allow: one(z.object({ custom_request_handling: one(z.object({ insert_header: pairs() })) })),
  count: one(z.object({ custom_request_handling: one(z.object({ insert_header: pairs() })) })),
  block: one(
    z.object({
      custom_response: one(
        z.object({
          response_code: z.number(),
          custom_response_body_key: z.string().nullish(),
          response_header: pairs(),
        }),
      ),
    }),
  ),
  captcha: empty,
  challenge: empty,
});

function pairs() {
  return many(z.object({ name: z.string(), value: z.string() }));
}

// Parsed when it is compiled: a schema that holds itself has no type.
const nested = one(z.object({ statement: many(z.unknown()) }));

/** A statement; exactly one of the keys is set. Others, such as `asn_match_statement`, are not evaluated locally and are refused. */
export const statementSchema = z.strictObject({
  and_statement: nested,
  or_statement: nested,
  not_statement: nested,
  byte_match_statement: one(
    z.object({
      ...text,
      search_string: z.string(),
      positional_constraint: z.enum(['CONTAINS', 'CONTAINS_WORD', 'STARTS_WITH', 'ENDS_WITH', 'EXACTLY']),
    }),
  ),
  geo_match_statement: one(z.object({ country_codes: texts, forwarded_ip_config: forwarded })),
  ip_set_reference_statement: one(
    z.object({
      arn: z.string(),
      ip_set_forwarded_ip_config: one(
        z.object({
          header_name: z.string(),
          fallback_behavior: fallback,
          position: z.enum(['FIRST', 'LAST', 'ANY']),
        }),
      ),
    }),
  ),
  label_match_statement: one(z.object({ key: z.string(), scope: z.enum(['LABEL', 'NAMESPACE']) })),
  managed_rule_group_statement: one(
    z.object({
      vendor_name: z.string(),
      name: z.string(),
      rule_action_override: many(z.object({ name: z.string(), action_to_use: one(actionSchema) })),
      scope_down_statement: one(z.unknown()),
    }),
  ),
  rate_based_statement: one(
    z.object({
      limit: z.number(),
      evaluation_window_sec: z
        .literal([60, 120, 300, 600])
        .nullish()
        .transform((seconds) => seconds ?? 300),
      aggregate_key_type: z.enum(['IP', 'FORWARDED_IP', 'CUSTOM_KEYS', 'CONSTANT']).nullish(),
      forwarded_ip_config: forwarded,
      custom_key: many(customKeySchema),
      scope_down_statement: one(z.unknown()),
    }),
  ),
  regex_match_statement: one(z.object({ ...text, regex_string: z.string() })),
  size_constraint_statement: one(
    z.object({ ...text, size: z.number(), comparison_operator: z.enum(['EQ', 'NE', 'LE', 'LT', 'GE', 'GT']) }),
  ),
  sqli_match_statement: one(z.object({ ...text, sensitivity_level: z.enum(['HIGH', 'LOW']).nullish() })),
  xss_match_statement: one(z.object(text)),
});

const ruleSchema = z.object({
  name: z.string(),
  priority: z.number(),
  action: one(actionSchema),
  override_action: one(z.object({ count: empty, none: empty })),
  rule_label: many(z.object({ name: z.string() })),
  statement: one(z.unknown()),
});

const inspectionLimit = one(z.object({ default_size_inspection_limit: z.string() }));

/** What is read of `aws_wafv2_web_acl`. */
export const webAclSchema = z.object({
  name: z.string(),
  scope: z.enum(['CLOUDFRONT', 'REGIONAL']),
  default_action: one(actionSchema),
  custom_response_body: many(z.object({ key: z.string(), content: z.string(), content_type: z.string() })),
  association_config: one(
    z.object({ request_body: one(z.object({ cloudfront: inspectionLimit, app_runner_service: inspectionLimit })) }),
  ),
  rule: many(ruleSchema),
});

/** What is read of `aws_wafv2_ip_set`. */
export const ipSetSchema = z.object({
  name: z.string(),
  scope: z.enum(['CLOUDFRONT', 'REGIONAL']),
  ip_address_version: z.enum(['IPV4', 'IPV6']),
  addresses: texts,
});

/** What is read of `aws_wafv2_web_acl_logging_configuration`. */
export const loggingSchema = z.object({ resource_arn: z.string() });

export type WebAclArgs = z.output<typeof webAclSchema>;
export type RuleArgs = WebAclArgs['rule'][number];
export type StatementArgs = z.output<typeof statementSchema>;
export type ActionArgs = z.output<typeof actionSchema>;
export type FieldArgs = z.output<typeof fieldSchema>;
export type CustomKeyArgs = z.output<typeof customKeySchema>;
export type TransformationArgs = z.output<typeof transformations>;
export type RateArgs = NonNullable<StatementArgs['rate_based_statement']>;
export type GroupArgs = NonNullable<StatementArgs['managed_rule_group_statement']>;
