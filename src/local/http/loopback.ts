import { header, type Headers } from './headers.js';

/** Whether a request names this machine: against pages that make a browser resolve their own name to the loopback address. */
export function isLoopbackName(headers: Headers): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(header(headers, 'host') ?? '');
}
