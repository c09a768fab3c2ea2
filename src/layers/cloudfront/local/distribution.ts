import { randomBytes } from 'node:crypto';
import { Readable, type Duplex } from 'node:stream';
import type { LocalContext } from '../../../local/contract/context.js';
import type { Handler, HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import type { Hop } from '../../../local/contract/trace.js';
import { header, withAppended, withHeader, without } from '../../../local/http/headers.js';
import { refuseUpgrade } from '../../../local/http/upgrade.js';
import { compileBehaviours, findBehaviour, type Behaviour, type BehaviourTable } from './behaviours.js';
import { pathOf, type EdgeNames } from './origin-request.js';
import { blocked, forUnreachable, ownError, redirectToHttps } from './own-responses.js';
import type { DistributionArgs } from './schema.js';

/** Where a distribution is known. */
export interface DistributionNames {
  readonly arn: string;
  readonly domainName: string;
}

/** One request on its way through a distribution. */
interface Passage {
  readonly request: HttpRequest;
  readonly behaviour: Behaviour;
  readonly table: BehaviourTable;
  readonly edge: EdgeNames;
  readonly hop: Hop;
}

/** What CloudFront says of an answer in `X-Cache`. */
type CacheStatus = 'Miss from cloudfront' | 'Error from cloudfront' | 'Redirect from cloudfront';

/** One distribution while the plane runs. */
export class LocalDistribution implements Handler {
  #table: BehaviourTable;
  #generation: number;

  /** @throws LandfallError when its arguments name what is not there */
  constructor(
    private readonly args: DistributionArgs,
    private readonly names: DistributionNames,
    private readonly ctx: LocalContext,
  ) {
    this.#generation = ctx.generation();
    this.#table = compileBehaviours(args, names.arn, ctx);
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const passage = this.#enter(request);
    const response = await this.#answer(passage);
    passage.hop.end(response.status);
    return response;
  }

  async upgrade(request: HttpRequest, socket: Duplex, head: Buffer): Promise<void> {
    const passage = this.#enter(request);
    const { origin, forwarding } = passage.behaviour;
    const refuse = (response: HttpResponse) => {
      passage.hop.end(response.status);
      refuseUpgrade(socket, request, response);
    };
    const refused = (await this.#refused(passage)) ?? (origin.upgrade === undefined ? ownError(400) : undefined);
    if (refused !== undefined) {
      refuse(refused);
      return;
    }
    try {
      await origin.upgrade?.(request, forwarding, passage.edge, socket, head);
    } catch (error) {
      refuse(forUnreachable(error));
    }
  }

  #enter(request: HttpRequest): Passage {
    const hop = request.trace.hop({ layer: 'cloudfront', address: this.ctx.address, name: 'CloudFront' });
    const table = this.#current();
    const behaviour = findBehaviour(table, pathOf(request.target));
    hop.note('behaviour', behaviour.name);
    const edge = { host: this.names.domainName, requestId: randomBytes(40).toString('base64url') };
    return { request, behaviour, table, edge, hop };
  }

  async #answer(passage: Passage): Promise<HttpResponse> {
    const refused = await this.#refused(passage);
    if (refused !== undefined) {
      const redirected = refused.status === 301 || refused.status === 307;
      return finished(refused, redirected ? 'Redirect from cloudfront' : 'Error from cloudfront', passage.edge);
    }
    const { request, behaviour } = passage;
    passage.hop.note('origin', behaviour.origin.id);
    const response = await this.#fetch(passage, behaviour, this.#withRootObject(request));
    const shown = await this.#errorPage(passage, response);
    const headers = behaviour.responseHeaders?.(shown.headers, request) ?? shown.headers;
    const status = response.status >= 400 ? 'Error from cloudfront' : 'Miss from cloudfront';
    return finished({ ...shown, headers }, status, passage.edge);
  }

  /** By the web ACL, the protocol or the method. */
  async #refused(passage: Passage): Promise<HttpResponse | undefined> {
    const { request, behaviour } = passage;
    const verdict = await this.#evaluate(passage);
    if (verdict?.action === 'block') return blocked(verdict);
    if (request.tls === undefined && behaviour.viewerProtocolPolicy !== 'allow-all') {
      if (behaviour.viewerProtocolPolicy === 'https-only') return ownError(403);
      return redirectToHttps(request.method, this.#httpsUrl(request));
    }
    return behaviour.methods.has(request.method) ? undefined : ownError(403);
  }

  async #evaluate({ request, table: { webAcl } }: Passage) {
    if (webAcl === undefined) return undefined;
    const hop = request.trace.hop({ layer: 'waf', address: webAcl, name: 'WAF' });
    const verdict = await this.ctx.connect(webAcl, 'webAcl').evaluate(request);
    hop.note('rules', verdict.evaluated ? (verdict.rule ?? 'none matched') : 'not evaluated');
    hop.end(verdict.action);
    return verdict;
  }

  #httpsUrl(request: HttpRequest): string {
    const host = (header(request.headers, 'host') ?? '').replace(/:\d+$/, '');
    const port = this.ctx.port('edge-https');
    return `https://${host}${port === 443 ? '' : `:${String(port)}`}${request.target}`;
  }

  #withRootObject(request: HttpRequest): HttpRequest {
    const root = this.args.default_root_object;
    if (root === undefined || pathOf(request.target) !== '/') return request;
    return { ...request, target: `/${root}${request.target.slice(1)}` };
  }

  async #fetch({ edge }: Passage, { origin, forwarding }: Behaviour, request: HttpRequest): Promise<HttpResponse> {
    try {
      return await origin.request(request, forwarding, edge);
    } catch (error) {
      return forUnreachable(error);
    }
  }

  /**
   * `custom_error_response`: another page, and another status, for an error; the page comes by the behaviour for its own path.
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html (read 2026-11-23)
   */
  async #errorPage(passage: Passage, response: HttpResponse): Promise<HttpResponse> {
    const rule = this.args.custom_error_response.find(({ error_code }) => error_code === response.status);
    const path = rule?.response_page_path;
    if (path === undefined) return response;
    if (response.body instanceof Readable) response.body.resume();
    const { request, table, hop } = passage;
    hop.note('error page', `${String(response.status)} → ${path}`);
    const page = await this.#fetch(passage, findBehaviour(table, path), {
      ...request,
      method: request.method === 'HEAD' ? 'HEAD' : 'GET',
      target: path,
      headers: without(request.headers, ...ofThisRequestAlone),
      body: null,
    });
    return page.status === 200 ? { ...page, status: rule?.response_code ?? response.status } : page;
  }

  /** Compiled again only when some resource was applied or destroyed: a policy may have changed. */
  #current(): BehaviourTable {
    const generation = this.ctx.generation();
    if (generation !== this.#generation) {
      this.#table = compileBehaviours(this.args, this.names.arn, this.ctx);
      this.#generation = generation;
    }
    return this.#table;
  }
}

/** Headers that do not concern the error page. */
const ofThisRequestAlone = [
  'content-length',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
];

function finished(response: HttpResponse, cache: CacheStatus, edge: EdgeNames): HttpResponse {
  const headers = [
    ...withAppended(withHeader(response.headers, 'X-Cache', cache), 'Via', `1.1 ${edge.host} (CloudFront)`),
    ['X-Amz-Cf-Pop', 'LOCAL-P1'],
    ['X-Amz-Cf-Id', edge.requestId],
  ] as const;
  return { ...response, headers };
}
