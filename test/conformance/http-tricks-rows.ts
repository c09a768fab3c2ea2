import { secret } from './http-tricks-chain.js';

/** Bytes that somebody sends who should not get further than this. */
export interface Trick {
  readonly name: string;
  readonly source: string;
  /** HTTP/1 as it is on the wire; several parts go in packets of their own. */
  readonly bytes?: string | readonly string[];
  /** The fields of an HTTP/2 request, pseudo-headers first if they are. */
  readonly fields?: readonly (readonly [string, string])[];
  readonly body?: string;
  /** The listener it is sent to; default 443. */
  readonly port?: '80' | '443' | '8080';
  /** How many requests the service gets: all of them verified. */
  readonly reach: 0 | 1;
  /** Absent: any, or none. */
  readonly status?: number;
}

const guide = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application';
const rfc = 'https://www.rfc-editor.org/rfc';
export const pages = {
  attributes: `${guide}/edit-load-balancer-attributes.html (read 2026-11-25)`,
  conditions: `${guide}/rule-condition-types.html (read 2026-11-25)`,
  errors: `${guide}/load-balancer-troubleshooting.html (read 2026-11-25)`,
  limits: `${guide}/load-balancer-limits.html (read 2026-11-25)`,
  framing: `${rfc}/rfc9112#section-6 (not re-read)`,
  requestLine: `${rfc}/rfc9112#section-3 (not re-read)`,
  fields: `${rfc}/rfc9112#section-5 (not re-read)`,
  connection: `${rfc}/rfc9110#section-7.6.1 (not re-read)`,
  trailers: `${rfc}/rfc9110#section-6.5 (not re-read)`,
  h2: `${rfc}/rfc9113#section-8 (not re-read)`,
  kong: 'https://developer.konghq.com/plugins/pre-function/ (not re-read)',
  normal: 'https://github.com/Kong/kong/blob/3.9.1/kong/tools/uri.lua (not re-read)',
} as const;

interface Message {
  readonly method?: string;
  readonly target?: string;
  readonly host?: string;
  /** The value of `X-Origin-Verify`; undefined leaves it out. Default: the right one. */
  readonly verify?: string | undefined;
  readonly version?: string;
  readonly body?: string;
}

/** A request that the load balancer would let pass, with these lines besides. */
export function message(lines: string, given: Message = {}): string {
  const { method = 'GET', target = '/offers', host = 'Host: api.shop.localhost\r\n', version = 'HTTP/1.1' } = given;
  const verify = 'verify' in given ? given.verify : secret;
  const proof = verify === undefined ? '' : `X-Origin-Verify: ${verify}\r\n`;
  return `${method} ${target} ${version}\r\n${host}${proof}${lines}\r\n${given.body ?? ''}`;
}

/** The same, the last of its connection. */
export const last = (lines: string, given: Message = {}): string => message(`${lines}Connection: close\r\n`, given);

/** What a smuggler hides in a body. */
export const hidden = message('X-User-Id: admin\r\n', { target: '/admin' });

/** An HTTP/2 request for `/offers`, with these fields instead or besides. */
export function h2(...more: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  const pseudo = [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':authority', 'api.shop.localhost'],
    [':path', '/offers'],
  ] as const;
  const given = new Set(more.map(([name]) => name));
  return [...pseudo.filter(([name]) => !given.has(name)), ...more, ['x-origin-verify', secret]];
}
