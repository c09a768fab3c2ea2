import { STATUS_CODES } from 'node:http';
import type { HeaderPair, HttpResponse } from '../../../local/contract/http.js';

/**
 * What the load balancer itself may answer, besides its rules' fixed responses and redirects.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html (read 2026-11-25; 413 and 464 not re-read)
 */
export type OwnStatus = 400 | 405 | 408 | 413 | 414 | 463 | 464 | 501 | 502 | 503 | 504;

/** What nginx, from which the load balancer's own pages come, calls these; 463 and 464 are AWS's own and have no name. */
const reasons: Readonly<Record<number, string>> = {
  405: 'Not Allowed',
  408: 'Request Time-out',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

/** An error that the load balancer itself answers. */
export const ownError = (status: OwnStatus): HttpResponse => own(status, 'text/html', page(status));

/** What it answers to that which Node's parser does not take for a request: headers that are too large are a bad request. */
export const refusal = (status: 400 | 408 | 431): HttpResponse => ownError(status === 408 ? 408 : 400);

/** Logged when the client has left before the target answered; nobody gets it. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html (read 2026-11-25) */
export const clientLeft: HttpResponse = { status: 460, headers: [], body: null };

/** Answers made here: a target may pass on another load balancer's, which look the same. */
const made = new WeakSet<HttpResponse>([clientLeft]);

/** Whether the load balancer itself made this answer. */
export const isOwn = (response: HttpResponse): boolean => made.has(response);

/** The page of a status. */
export function page(status: number): string {
  const title = `${String(status)} ${reasons[status] ?? STATUS_CODES[status] ?? ''}`.trim();
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

/** `Server` is how an answer of the load balancer's own is known. */
export function own(status: number, contentType: string, text: string, more: readonly HeaderPair[] = []): HttpResponse {
  const body = Buffer.from(text);
  const response: HttpResponse = {
    status,
    headers: [
      ['Server', 'awselb/2.0'],
      ['Content-Type', contentType],
      ['Content-Length', String(body.length)],
      ...more,
    ],
    body,
  };
  made.add(response);
  return response;
}
