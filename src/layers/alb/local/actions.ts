import { z } from 'zod';
import type { HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import { hostOf, pathOf, queryOf } from './conditions.js';

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

/** The header by which an answer of the load balancer's own is known. */
const server = ['Server', 'awselb/2.0'] as const;

/** `fixed-response`. */
export function fixedResponse(action: Extract<Action, { type: 'fixed-response' }>): HttpResponse {
  const [{ content_type, message_body, status_code }] = action.fixed_response;
  return respond(status_code, content_type, message_body);
}

const reasons: Readonly<Record<number, string>> = {
  502: '502 Bad Gateway',
  503: '503 Service Temporarily Unavailable',
  504: '504 Gateway Time-out',
};

/** An error that the load balancer itself answers. */
export function ownError(status: 502 | 503 | 504): HttpResponse {
  const reason = reasons[status] ?? '';
  return respond(
    status,
    'text/html',
    `<html>\r\n<head><title>${reason}</title></head>\r\n<body>\r\n<center><h1>${reason}</h1></center>\r\n</body>\r\n</html>\r\n`,
  );
}

function respond(status: number, contentType: string, text: string): HttpResponse {
  const body = Buffer.from(text);
  return {
    status,
    headers: [server, ['Content-Type', contentType], ['Content-Length', String(body.length)]],
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
  request: HttpRequest,
  place: RedirectPlace,
): HttpResponse {
  const [to] = action.redirect;
  const fill = (text: string) =>
    text
      .replaceAll('#{protocol}', place.protocol.toLowerCase())
      .replaceAll('#{host}', hostOf(request))
      .replaceAll('#{port}', String(place.port))
      .replaceAll('#{path}', pathOf(request).slice(1))
      .replaceAll('#{query}', queryOf(request));
  const query = fill(to.query);
  const port = place.localPort(Number(fill(to.port)));
  const location = `${fill(to.protocol).toLowerCase()}://${fill(to.host)}:${String(port)}${fill(to.path)}${query === '' ? '' : `?${query}`}`;
  const { headers, ...response } = respond(to.status_code === 'HTTP_301' ? 301 : 302, 'text/html', '');
  return { ...response, headers: [...headers, ['Location', location]] };
}
