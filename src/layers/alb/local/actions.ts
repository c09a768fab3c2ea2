import { z } from 'zod';
import type { HttpResponse } from '../../../local/contract/http.js';
import type { RequestFacts } from './conditions.js';
import { own, page } from './own-answers.js';

const order = z.number().optional();

const weightedForward = z.object({
  target_group: z.array(z.object({ arn: z.string(), weight: z.number().default(1) })).min(1),
  stickiness: z.tuple([z.object({ enabled: z.boolean().default(false), duration: z.number() })]).optional(),
});

/**
 * One `action` or `default_action` block. A rule has exactly one of these kinds.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html (read 2026-11-25)
 */
export const actionSchema = z.discriminatedUnion('type', [
  z
    .object({
      type: z.literal('forward'),
      order,
      target_group_arn: z.string().optional(),
      forward: z.tuple([weightedForward]).optional(),
    })
    .refine((action) => action.target_group_arn !== undefined || action.forward !== undefined, {
      error: 'A forward names a target group.',
    }),
  z.object({
    type: z.literal('redirect'),
    order,
    redirect: z.tuple([
      z.object({
        protocol: z.string().default('#{protocol}'),
        host: z.string().default('#{host}'),
        port: z.string().default('#{port}'),
        path: z.string().default('/#{path}'),
        query: z.string().default('#{query}'),
        status_code: z.enum(['HTTP_301', 'HTTP_302']),
      }),
    ]),
  }),
  z.object({
    type: z.literal('fixed-response'),
    order,
    fixed_response: z.tuple([
      z.object({ content_type: z.string(), message_body: z.string().default(''), status_code: z.coerce.number() }),
    ]),
  }),
]);

export type Action = z.infer<typeof actionSchema>;

/** `fixed-response`. */
export function fixedResponse(action: Extract<Action, { type: 'fixed-response' }>): HttpResponse {
  const [{ content_type, message_body, status_code }] = action.fixed_response;
  return own(status_code, content_type, message_body);
}

/** What `#{port}` and `#{protocol}` stand for, and where AWS's ports are on this machine. */
export interface RedirectPlace {
  readonly protocol: string;
  readonly port: number;
  /** The local port that stands for one of the load balancer's. */
  localPort(port: number): number;
}

/** `redirect`: every part left out is kept. */
export function redirect(
  action: Extract<Action, { type: 'redirect' }>,
  facts: RequestFacts,
  place: RedirectPlace,
): HttpResponse {
  const [to] = action.redirect;
  const parts: Readonly<Record<string, string>> = {
    protocol: place.protocol.toLowerCase(),
    host: facts.host,
    port: String(place.port),
    path: facts.path.slice(1),
    query: facts.query,
  };
  // In one pass: what the client sent is never read as a placeholder itself.
  const fill = (text: string) =>
    text.replaceAll(/#\{(protocol|host|port|path|query)\}/g, (_, key: string) => parts[key] ?? '');
  const query = fill(to.query);
  const port = place.localPort(Number(fill(to.port)));
  const location = `${fill(to.protocol).toLowerCase()}://${fill(to.host)}:${String(port)}${fill(to.path)}${query === '' ? '' : `?${query}`}`;
  const status = to.status_code === 'HTTP_301' ? 301 : 302;
  return own(status, 'text/html', page(status), [['Location', location]]);
}
