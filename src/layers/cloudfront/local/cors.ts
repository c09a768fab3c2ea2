import type { HeaderPair, HttpRequest } from '../../../local/contract/http.js';
import { header, withAppended, withHeader } from '../../../local/http/headers.js';
import { wildcard } from './path-pattern.js';
import type { CorsArgs } from './response-headers-schema.js';

/** Adds the headers of a policy's `cors_config` to answers for another origin; the preflight itself the origin answers. */
export function compileCors(
  args: CorsArgs,
): (headers: readonly HeaderPair[], request: HttpRequest) => readonly HeaderPair[] {
  const origins = args.access_control_allow_origins[0].items;
  const patterns = origins.map(wildcard);
  const open = origins.includes('*') && !args.access_control_allow_credentials;
  const always = everyAnswer(args);
  const preflight = preflightAnswer(args);
  return (headers, request) => {
    const origin = header(request.headers, 'origin');
    if (origin === undefined || !patterns.some((pattern) => pattern.test(origin))) return headers;
    const isPreflight =
      request.method === 'OPTIONS' && header(request.headers, 'access-control-request-method') !== undefined;
    const allowed: HeaderPair = ['Access-Control-Allow-Origin', open ? '*' : origin];
    const set = [allowed, ...always, ...(isPreflight ? preflight : [])].filter(
      ([name]) => args.origin_override || header(headers, name) === undefined,
    );
    const merged = set.reduce((all, [name, value]) => withHeader(all, name, value), headers);
    return open ? merged : withAppended(merged, 'Vary', 'Origin');
  };
}

function everyAnswer(args: CorsArgs): readonly HeaderPair[] {
  const exposed = args.access_control_expose_headers?.[0].items ?? [];
  return [
    ...(args.access_control_allow_credentials ? [['Access-Control-Allow-Credentials', 'true'] as const] : []),
    ...(exposed.length === 0 ? [] : [['Access-Control-Expose-Headers', exposed.join(', ')] as const]),
  ];
}

function preflightAnswer(args: CorsArgs): readonly HeaderPair[] {
  const methods = args.access_control_allow_methods[0].items;
  const all = ['GET', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
  const maxAge = args.access_control_max_age_sec;
  return [
    ['Access-Control-Allow-Methods', (methods.includes('ALL') ? all : methods).join(', ')],
    ['Access-Control-Allow-Headers', args.access_control_allow_headers[0].items.join(', ')],
    ...(maxAge === undefined ? [] : [['Access-Control-Max-Age', String(maxAge)] as const]),
  ];
}
