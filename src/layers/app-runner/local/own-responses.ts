import type { WebAclVerdict } from '../../../local/contract/context.js';
import { UpstreamError, type HeaderPair, type HttpResponse } from '../../../local/contract/http.js';
import { empty, text } from '../../../local/http/responses.js';

/** App Runner's own answers come from Envoy. */
const server: HeaderPair = ['server', 'envoy'];

/** For another host than the service's own. @see https://tech-blog-e34.pages.dev/en/posts/5465a18b4113bf (read 2026-11-25) */
export const notOurs = (): HttpResponse => empty(404, [server]);

/** @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details (not re-read) */
export const nobodyHealthy = (): HttpResponse => text(503, 'no healthy upstream', [server]);

/** WebSockets are not taken. @see https://github.com/aws/apprunner-roadmap/issues/13 (read 2026-11-25) */
export const noUpgrade = (): HttpResponse => empty(403, [server]);

/** For an instance that gave no answer. @throws what is no `UpstreamError`, and that the client has left */
export function unanswered(error: unknown): HttpResponse {
  if (!(error instanceof UpstreamError) || error.reason === 'aborted') throw error;
  if (error.reason === 'timeout') return text(504, 'upstream request timeout', [server]);
  return text(503, 'upstream connect error or disconnect/reset before headers', [server]);
}

/** What a web ACL answers in place of the service. */
export function blocked({ status, headers = [], body }: Extract<WebAclVerdict, { action: 'block' }>): HttpResponse {
  return body === undefined ? empty(status, [server, ...headers]) : text(status, body, [server, ...headers]);
}
