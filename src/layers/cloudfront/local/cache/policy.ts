import { z } from 'zod';

/** Whether a cookie or a query parameter of this name is meant. */
export type Names = (name: string) => boolean;

export const everyName: Names = () => true;
export const noName: Names = () => false;

export function eitherNames(one: Names, other: Names): Names {
  if (one === everyName || other === everyName) return everyName;
  if (one === noName) return other;
  return other === noName ? one : (name) => one(name) || other(name);
}

/** What makes two requests the same, and for how long an answer is kept. Times in seconds. */
export interface CachePolicy {
  readonly minTtl: number;
  readonly defaultTtl: number;
  readonly maxTtl: number;
  /** In lower case. */
  readonly headers: ReadonlySet<string>;
  readonly cookies: Names;
  readonly query: Names;
  readonly gzip: boolean;
  readonly brotli: boolean;
}

/** Keeps nothing, and passes nothing on by itself. */
export const cachingDisabled: CachePolicy = {
  minTtl: 0,
  defaultTtl: 0,
  maxTtl: 0,
  headers: new Set(),
  cookies: noName,
  query: noName,
  gzip: false,
  brotli: false,
};

const items = z.array(z.object({ items: z.array(z.string()).default([]) })).default([]);
const behaviour = z.enum(['none', 'whitelist', 'allExcept', 'all']);

/** What is read of `aws_cloudfront_cache_policy`; defaults are the provider's. */
export const cachePolicySchema = z.object({
  min_ttl: z.number().default(0),
  default_ttl: z.number().default(86_400),
  max_ttl: z.number().default(31_536_000),
  parameters_in_cache_key_and_forwarded_to_origin: z.tuple([
    z.object({
      enable_accept_encoding_brotli: z.boolean().nullish(),
      enable_accept_encoding_gzip: z.boolean().nullish(),
      cookies_config: z.tuple([z.object({ cookie_behavior: behaviour, cookies: items })]),
      headers_config: z.tuple([z.object({ header_behavior: z.enum(['none', 'whitelist']).nullish(), headers: items })]),
      query_strings_config: z.tuple([z.object({ query_string_behavior: behaviour, query_strings: items })]),
    }),
  ]),
});

/**
 * A policy from the arguments of `aws_cloudfront_cache_policy`. Where the shortest time is longer than another, that other gives way.
 * @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachePolicyConfig.html (read 2026-11-25)
 */
export function compileCachePolicy(args: unknown): CachePolicy {
  const policy = cachePolicySchema.parse(args);
  const [key] = policy.parameters_in_cache_key_and_forwarded_to_origin;
  const [headers] = key.headers_config;
  const [cookies] = key.cookies_config;
  const [query] = key.query_strings_config;
  const defaultTtl = Math.max(policy.default_ttl, policy.min_ttl);
  return {
    minTtl: policy.min_ttl,
    defaultTtl,
    maxTtl: Math.max(policy.max_ttl, policy.min_ttl),
    headers: new Set(
      headers.header_behavior === 'whitelist' ? listed(headers.headers).map((name) => name.toLowerCase()) : [],
    ),
    cookies: namesOf(cookies.cookie_behavior, listed(cookies.cookies)),
    query: namesOf(query.query_string_behavior, listed(query.query_strings)),
    gzip: key.enable_accept_encoding_gzip ?? false,
    brotli: key.enable_accept_encoding_brotli ?? false,
  };
}

const listed = (blocks: z.infer<typeof items>): readonly string[] => blocks.flatMap((block) => block.items);

function namesOf(kind: z.infer<typeof behaviour>, list: readonly string[]): Names {
  const names = new Set(list);
  switch (kind) {
    case 'none':
      return noName;
    case 'all':
      return everyName;
    case 'whitelist':
      return (name) => names.has(name);
    case 'allExcept':
      return (name) => !names.has(name);
  }
}
