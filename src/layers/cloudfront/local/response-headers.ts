import type { HeaderPair, HttpRequest } from '../../../local/contract/http.js';
import { header, withHeader, without } from '../../../local/http/headers.js';
import { compileCors } from './cors.js';
import { responseHeadersSchema, type SecurityArgs } from './response-headers-schema.js';

/** A header that a policy sets; without `override` the origin's own stays. */
interface PolicyHeader {
  readonly name: string;
  readonly value: string;
  readonly override: boolean;
}

/** Changes the headers of a response on its way to the viewer. */
export type ResponseHeadersPolicy = (headers: readonly HeaderPair[], request: HttpRequest) => readonly HeaderPair[];

/**
 * A policy from the arguments of `aws_cloudfront_response_headers_policy`.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html (read 2026-11-23)
 */
export function compileResponseHeaders(args: unknown): ResponseHeadersPolicy {
  const policy = responseHeadersSchema.parse(args);
  const custom = policy.custom_headers_config?.[0].items ?? [];
  const set = [
    ...securityHeaders(policy.security_headers_config?.[0]),
    ...custom.map(({ header: name, ...rest }) => ({ name, ...rest })),
  ];
  const removed = policy.remove_headers_config?.[0].items.map((item) => item.header) ?? [];
  const cors = policy.cors_config === undefined ? undefined : compileCors(policy.cors_config[0]);
  return (headers, request) => {
    const left = removed.length === 0 ? headers : without(headers, ...removed);
    return set.reduce(apply, cors === undefined ? left : cors(left, request));
  };
}

function apply(headers: readonly HeaderPair[], { name, value, override }: PolicyHeader): readonly HeaderPair[] {
  return override || header(headers, name) === undefined ? withHeader(headers, name, value) : headers;
}

function securityHeaders(args: SecurityArgs = {}): readonly PolicyHeader[] {
  const { content_security_policy: csp, content_type_options: type, frame_options: frame } = args;
  const { referrer_policy: referrer, strict_transport_security: hsts, xss_protection: xss } = args;
  const entries: (readonly [name: string, value: string | undefined, override: boolean | undefined])[] = [
    ['Content-Security-Policy', csp?.[0].content_security_policy, csp?.[0].override],
    ['X-Content-Type-Options', type && 'nosniff', type?.[0].override],
    ['X-Frame-Options', frame?.[0].frame_option, frame?.[0].override],
    ['Referrer-Policy', referrer?.[0].referrer_policy, referrer?.[0].override],
    ['Strict-Transport-Security', hsts && strictTransport(hsts[0]), hsts?.[0].override],
    ['X-XSS-Protection', xss && xssProtection(xss[0]), xss?.[0].override],
  ];
  return entries.flatMap(([name, value, override]) =>
    value === undefined || override === undefined ? [] : [{ name, value, override }],
  );
}

type Of<K extends keyof SecurityArgs> = NonNullable<SecurityArgs[K]>[0];

const strictTransport = (args: Of<'strict_transport_security'>): string =>
  [
    `max-age=${String(args.access_control_max_age_sec)}`,
    ...(args.include_subdomains ? ['includeSubDomains'] : []),
    ...(args.preload ? ['preload'] : []),
  ].join('; ');

function xssProtection({ protection, mode_block, report_uri }: Of<'xss_protection'>): string {
  if (!protection) return '0';
  if (mode_block) return '1; mode=block';
  return report_uri === undefined ? '1' : `1; report=${report_uri}`;
}
