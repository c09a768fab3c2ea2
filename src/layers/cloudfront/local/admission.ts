import type { LocalContext } from '../../../local/contract/context.js';
import type { HttpRequest } from '../../../local/contract/http.js';
import { header } from '../../../local/http/headers.js';
import { answersFor, isTooLong } from './edge-limits.js';
import { withLocalPort } from './local-port.js';
import { blocked, isCustomised, ownError, redirectToHttps } from './own-responses.js';
import { forFunctionFailure, type Answer, type Passage } from './passage.js';

/** The request to go on with, or what is answered in place of that. */
export type Admission =
  | { readonly request: HttpRequest }
  | {
      readonly answer: Answer;
      /** The distribution's error page takes its place. */
      readonly hasErrorPage: boolean;
    };

const refused = (answer: Answer, hasErrorPage = false): Admission => ({ answer, hasErrorPage });
const error = (status: Parameters<typeof ownError>[0]): Admission =>
  refused({ response: ownError(status), result: 'Error' });

/** What comes before the cache: limits, web ACL, protocol, method, the viewer-request function. @param names that the distribution answers for */
export async function admit(passage: Passage, names: readonly string[], ctx: LocalContext): Promise<Admission> {
  if (isTooLong(passage.request)) return error(413);
  if (!answersFor(passage.request, names)) return error(403);
  const passed = await throughWebAcl(passage, ctx);
  if (!('request' in passed)) return passed;
  const { request } = passed;
  const { viewerProtocolPolicy, methods, viewerRequest } = passage.behaviour;
  if (request.tls === undefined && viewerProtocolPolicy !== 'allow-all') {
    if (viewerProtocolPolicy === 'https-only') return error(403);
    return refused({ response: redirectToHttps(request.method, httpsUrl(request, ctx)), result: 'Redirect' });
  }
  if (!methods.has(request.method)) return error(403);
  // @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#RequestCustom-get-body (read 2026-11-25)
  if (request.method === 'GET' && request.body !== null) return error(403);
  if (viewerRequest === undefined) return { request };
  try {
    const returned = viewerRequest.viewerRequest(request, passage.edge);
    if ('request' in returned) return returned;
    return refused({ response: withLocalPort(returned.response, ctx), result: 'FunctionGeneratedResponse' });
  } catch (failure) {
    return refused(forFunctionFailure(failure, passage.hop));
  }
}

async function throughWebAcl({ request, table: { webAcl } }: Passage, ctx: LocalContext): Promise<Admission> {
  if (webAcl === undefined) return { request };
  const hop = request.trace.hop({ layer: 'waf', address: webAcl, name: 'WAF' });
  const verdict = await ctx.connect(webAcl, 'webAcl').evaluate(request);
  hop.note('rules', verdict.evaluated ? (verdict.rule ?? 'none matched') : 'not evaluated');
  if (verdict.counted !== undefined && verdict.counted.length > 0) hop.note('counted', verdict.counted.join(', '));
  hop.end(verdict.action);
  if (verdict.action === 'allow') return { request: verdict.request ?? request };
  return refused({ response: blocked(verdict), result: 'Error' }, !isCustomised(verdict));
}

function httpsUrl(request: HttpRequest, ctx: LocalContext): string {
  const host = (header(request.headers, 'host') ?? '').replace(/:\d+$/, '');
  const port = ctx.port('edge-https');
  return `https://${host}${port === 443 ? '' : `:${String(port)}`}${request.target}`;
}
