import { isIP } from 'node:net';
import { header } from '../../../../local/http/headers.js';
import type { Inspection } from '../request/inspection.js';

export interface ForwardedArgs {
  readonly header_name: string;
  readonly fallback_behavior: 'MATCH' | 'NO_MATCH';
  /** Default: the first. */
  readonly position?: 'FIRST' | 'LAST' | 'ANY' | undefined;
}

/**
 * The addresses of a header such as `X-Forwarded-For`; `fallback` when one of them is no address; `absent` when the header is.
 * Of more than ten, `ANY` takes the last ten.
 * @see https://docs.aws.amazon.com/waf/latest/APIReference/API_IPSetForwardedIPConfig.html (read 2026-11-25)
 */
export function forwardedAddresses(
  { request }: Inspection,
  { header_name: name, position = 'FIRST' }: ForwardedArgs,
): readonly string[] | 'fallback' | 'absent' {
  const line = header(request.headers, name);
  if (line === undefined) return 'absent';
  const all = line.split(',').map((address) => address.trim());
  const wanted = { FIRST: all.slice(0, 1), LAST: all.slice(-1), ANY: all.slice(-10) }[position];
  return wanted.every((address) => isIP(address) !== 0) ? wanted : 'fallback';
}
