import type { HeaderPair } from '../../../local/contract/http.js';
import { header, withHeader } from '../../../local/http/headers.js';
import { responseHeadersSchema } from './schema.js';

/** A header that a policy sets; without `override` the origin's own stays. */
interface PolicyHeader {
  readonly name: string;
  readonly value: string;
  readonly override: boolean;
}

/** The headers that a response headers policy sets. */
export function policyHeaders(args: unknown): readonly PolicyHeader[] {
  const [security] = responseHeadersSchema.parse(args ?? {}).security_headers_config ?? [];
  if (security === undefined) return [];
  const { content_type_options, frame_options, referrer_policy, strict_transport_security } = security;
  const found: PolicyHeader[] = [];
  if (content_type_options)
    found.push({ name: 'X-Content-Type-Options', value: 'nosniff', override: content_type_options[0].override });
  if (frame_options)
    found.push({ name: 'X-Frame-Options', value: frame_options[0].frame_option, override: frame_options[0].override });
  if (referrer_policy)
    found.push({
      name: 'Referrer-Policy',
      value: referrer_policy[0].referrer_policy,
      override: referrer_policy[0].override,
    });
  if (strict_transport_security) {
    const [{ access_control_max_age_sec, include_subdomains, preload, override }] = strict_transport_security;
    const value = `max-age=${String(access_control_max_age_sec)}${include_subdomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`;
    found.push({ name: 'Strict-Transport-Security', value, override });
  }
  return found;
}

/** The response's headers with the policy's among them. */
export function applyPolicy(headers: readonly HeaderPair[], policy: readonly PolicyHeader[]): readonly HeaderPair[] {
  return policy.reduce(
    (current, { name, value, override }) =>
      override || header(current, name) === undefined ? withHeader(current, name, value) : current,
    headers,
  );
}
