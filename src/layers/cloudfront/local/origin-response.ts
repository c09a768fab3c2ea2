import type { HeaderPair, HttpResponse } from '../../../local/contract/http.js';
import { allValues, header, without } from '../../../local/http/headers.js';
import { noName } from './cache/policy.js';
import type { Behaviour } from './behaviours.js';

/**
 * What of an origin's headers viewers see: `Set-Cookie` where cookies are forwarded, and of `Vary` what the origin could go by.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#ResponseCustomRemovedHeaders (read 2026-11-25)
 */
export function forViewers(response: HttpResponse, { forwarding, cache }: Behaviour): HttpResponse {
  const { headers, status } = response;
  const kept = takesCookies(forwarding.cookies) ? headers : without(headers, 'set-cookie');
  if (header(kept, 'vary') === undefined) return { ...response, status, headers: kept };
  const isKept = (name: string): boolean =>
    typeof forwarding.headers === 'string' ||
    name === 'accept-encoding' ||
    name === 'cookie' ||
    forwarding.headers.has(name) ||
    // The cache has to know: without a shortest time such an answer is asked for again each time.
    (name === '*' && cache.minTtl === 0);
  const names = allValues(kept, 'vary')
    .flatMap((value) => value.split(','))
    .map((name) => name.trim())
    .filter((name) => isKept(name.toLowerCase()));
  const varying: readonly HeaderPair[] = names.length === 0 ? [] : [['Vary', names.join(', ')]];
  return { ...response, status, headers: [...without(kept, 'vary'), ...varying] };
}

const takesCookies = (names: Behaviour['forwarding']['cookies']): boolean => names !== noName;
