import { STATUS_CODES } from 'node:http';
import type { WebAclVerdict } from '../../../local/contract/context.js';
import { UpstreamError, type HeaderPair, type HttpResponse } from '../../../local/contract/http.js';
import { text } from '../../../local/http/responses.js';

const messages = {
  400: 'Bad request.',
  403: 'This distribution is not configured to allow the HTTP request method that was used for this request.',
  413: 'The request is longer than CloudFront takes.',
  502: 'CloudFront wasn’t able to connect to the origin.',
  503: 'The CloudFront function associated with the CloudFront distribution is invalid or could not run.',
  504: 'CloudFront attempted to establish a connection with the origin, but either the attempt failed or the origin closed the connection.',
} as const;

/** An error that CloudFront itself answers. @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/troubleshooting-response-errors.html (read 2026-11-23) */
export function ownError(status: keyof typeof messages): HttpResponse {
  const body = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">
<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=utf-8">
<TITLE>ERROR: The request could not be satisfied</TITLE>
</HEAD><BODY>
<H1>${String(status)} ERROR</H1>
<H2>The request could not be satisfied.</H2>
<HR noshade size="1px">
${messages[status]}
</BODY></HTML>
`;
  return text(status, body, [
    ['Server', 'CloudFront'],
    ['Content-Type', 'text/html'],
  ]);
}

/** What is answered for an origin that did not. @throws what is no `UpstreamError`, and that the viewer has left */
export function forUnreachable(error: unknown): HttpResponse {
  if (!(error instanceof UpstreamError) || error.reason === 'aborted') throw error;
  return ownError(error.reason === 'timeout' ? 504 : 502);
}

/** To the same place over TLS. GET and HEAD may become GET: 301; other methods must stay: 307. */
export function redirectToHttps(method: string, location: string): HttpResponse {
  const status = method === 'GET' || method === 'HEAD' ? 301 : 307;
  const title = `${String(status)} ${STATUS_CODES[status] ?? ''}`;
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>CloudFront</center>\r\n</body>\r\n</html>\r\n`;
  return text(status, body, [
    ['Server', 'CloudFront'],
    ['Content-Type', 'text/html'],
    ['Location', location],
  ]);
}

/** What a web ACL answers in place of the origin. */
export function blocked({ status, headers = [], body }: Blocked): HttpResponse {
  const own: readonly HeaderPair[] = [['Server', 'CloudFront'], ...headers];
  return body === undefined
    ? { ...ownError(403), ...(headers.length > 0 && { headers: own }), status }
    : text(status, body, own);
}

type Blocked = Extract<WebAclVerdict, { action: 'block' }>;

/**
 * Whether a web ACL says itself what to answer: no error page takes the place of that.
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/customizing-the-response-for-blocked-requests.html (read 2026-11-25)
 */
export const isCustomised = ({ status, headers, body }: Blocked): boolean =>
  status !== 403 || body !== undefined || (headers !== undefined && headers.length > 0);
