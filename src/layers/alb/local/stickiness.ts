import type { HeaderPair } from '../../../local/contract/http.js';
import { allValues } from '../../../local/http/headers.js';
import { cookie, setCookies, stuck } from './cookies.js';

/** How a target group keeps a session with one target. */
export type Stickiness =
  | { readonly kind: 'lb_cookie'; readonly seconds: number }
  | { readonly kind: 'app_cookie'; readonly seconds: number; readonly name: string };

const own = { name: 'AWSALB', twin: 'AWSALBCORS' };
const application = 'AWSALBAPP-0';
const sevenDaysMs = 7 * 24 * 3_600_000;

/**
 * The target that the session of a request is bound to; an application's cookie must come back with the load balancer's.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html (read 2026-11-25)
 */
export function boundTarget(
  stickiness: Stickiness,
  group: string,
  headers: readonly HeaderPair[],
  now: number,
): string | undefined {
  if (stickiness.kind === 'lb_cookie') return stuck(headers, [own.name, own.twin], group, now);
  return cookie(headers, stickiness.name) === undefined ? undefined : stuck(headers, [application], group, now);
}

/** What binds the session to the target that has answered. An application's session begins when the target sets its cookie. */
export function bindingCookies(
  stickiness: Stickiness,
  { group, target, wasBound, now }: { group: string; target: string; wasBound: boolean; now: number },
  answer: readonly HeaderPair[],
): readonly HeaderPair[] {
  const expires = now + stickiness.seconds * 1000;
  if (stickiness.kind === 'lb_cookie') return setCookies(own.name, { scope: group, choice: target, expires }, own.twin);
  const begins = allValues(answer, 'set-cookie').some((line) => line.startsWith(`${stickiness.name}=`));
  if (!begins && !wasBound) return [];
  // The cookie itself lives for seven days; the load balancer looks at the duration inside it.
  return setCookies(application, { scope: group, choice: target, expires }).map(([name, value]) => [
    name,
    value.replace(/Expires=[^;]*/, `Expires=${new Date(now + sevenDaysMs).toUTCString()}`),
  ]);
}
