import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { HeaderPair, HttpResponse } from '../../../local/contract/http.js';
import type { RequestFacts } from './conditions.js';

/** One `action` or `default_action` block. */
export const actionSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('forward'), target_group_arn: z.string() }),
  z.object({
    type: z.literal('redirect'),
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

/** What nginx, from which the load balancer's own pages come, calls these. */
const reasons: Readonly<Record<number, string>> = {
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

/** An error that the load balancer itself answers. */
export const ownError = (status: 502 | 503 | 504): HttpResponse => own(status, 'text/html', page(status));

/** Logged when the client has left before the target answered; nobody gets it. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html (read 2026-11-23) */
export const clientLeft: HttpResponse = { status: 460, headers: [], body: null };

function page(status: number): string {
  const title = `${String(status)} ${reasons[status] ?? STATUS_CODES[status] ?? ''}`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

/** `Server` is how an answer of the load balancer's own is known. */
function own(status: number, contentType: string, text: string, more: readonly HeaderPair[] = []): HttpResponse {
  const body = Buffer.from(text);
  return {
    status,
    headers: [
      ['Server', 'awselb/2.0'],
      ['Content-Type', contentType],
      ['Content-Length', String(body.length)],
      ...more,
    ],
    body,
  };
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
