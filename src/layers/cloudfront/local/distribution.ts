import { randomBytes } from 'node:crypto';
import { Readable, type Duplex } from 'node:stream';
import type { LocalContext } from '../../../local/contract/context.js';
import type { Handler, HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import { without } from '../../../local/http/headers.js';
import { refuseUpgrade } from '../../../local/http/upgrade.js';
import { admit } from './admission.js';
import { compileBehaviours, findBehaviour, type Behaviour, type BehaviourTable } from './behaviours.js';
import { EdgeCache } from './cache/edge-cache.js';
import type { OriginAnswer, Served } from './cache/exchange.js';
import { errorLifetime } from './cache/lifetime.js';
import { askOrigin } from './ask-origin.js';
import { pathOf } from './origin-request.js';
import { forUnreachable, ownError } from './own-responses.js';
import { finished, forFunctionFailure, type Answer, type Passage } from './passage.js';
import type { DistributionArgs } from './schema.js';

/** Where a distribution is known. */
export interface DistributionNames {
  readonly arn: string;
  readonly domainName: string;
}

/** One distribution while the plane runs. */
export class LocalDistribution implements Handler {
  readonly #cache: EdgeCache;
  readonly #names: readonly string[];
  #table: BehaviourTable;
  #generation: number;

  /** @throws LandfallError when its arguments name what is not there */
  constructor(
    private readonly args: DistributionArgs,
    private readonly names: DistributionNames,
    private readonly ctx: LocalContext,
  ) {
    this.#cache = new EdgeCache(ctx.clock);
    this.#names = [names.domainName, ...args.aliases];
    this.#generation = ctx.generation();
    this.#table = compileBehaviours(args, names.arn, ctx);
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const passage = this.#enter(request);
    const response = finished(await this.#answer(passage), passage.edge);
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
    const admission = await admit(passage, this.#names, this.ctx);
    if (!('request' in admission) || origin.upgrade === undefined) {
      refuse('answer' in admission ? admission.answer.response : ownError(400));
      return;
    }
    try {
      await origin.upgrade(admission.request, forwarding, passage.edge, socket, head);
    } catch (error) {
      refuse(forUnreachable(error));
    }
  }

  /**
   * Lets go of what is kept under these paths: exact ones, with their query where it is part of the cache key, or prefixes that end
   * with `*`, such as `/*`. What is on its way from an origin meanwhile is not kept.
   */
  invalidate(paths: readonly string[]): Promise<void> {
    this.#cache.invalidate(paths);
    return Promise.resolve();
  }

  #enter(request: HttpRequest): Passage {
    const hop = request.trace.hop({ layer: 'cloudfront', address: this.ctx.address, name: 'CloudFront' });
    const table = this.#current();
    const behaviour = findBehaviour(table, pathOf(request.target));
    hop.note('behaviour', behaviour.name);
    const edge = {
      host: this.names.domainName,
      requestId: randomBytes(40).toString('base64url'),
      distributionId: this.names.arn.split('/').at(-1) ?? '',
    };
    return { request, behaviour, table, edge, hop };
  }

  async #answer(passage: Passage): Promise<Answer> {
    const { behaviour, hop } = passage;
    const admission = await admit(passage, this.#names, this.ctx);
    if (!('request' in admission)) {
      const { answer, hasErrorPage } = admission;
      if (hasErrorPage) return { ...answer, response: await this.#errorPage(passage, answer.response) };
      return answer.result === 'FunctionGeneratedResponse' ? this.#withPolicy(answer, passage) : answer;
    }
    const request = this.#withRootObject(admission.request);
    const { response, result, isError } = await this.#serve(passage, behaviour, request, (error) =>
      this.#errorPage(passage, error),
    );
    if (result === 'Hit' || result === 'RefreshHit') hop.note('cache', result);
    const answer = this.#withPolicy({ response, result }, passage);
    const { viewerResponse } = behaviour;
    if (viewerResponse === undefined || isError) return answer;
    try {
      const changed = viewerResponse.viewerResponse(answer.response, admission.request, passage.edge);
      if (response.body instanceof Readable && changed.body !== response.body) response.body.destroy();
      return { ...answer, response: changed };
    } catch (error) {
      if (response.body instanceof Readable) response.body.destroy();
      return forFunctionFailure(error, hop);
    }
  }

  #withPolicy({ response, result }: Answer, { behaviour, request }: Passage): Answer {
    const headers = behaviour.responseHeaders?.(response.headers, request) ?? response.headers;
    return { response: { ...response, headers }, result };
  }

  #withRootObject(request: HttpRequest): HttpRequest {
    const root = this.args.default_root_object;
    if (root === undefined || pathOf(request.target) !== '/') return request;
    return { ...request, target: `/${root}${request.target.slice(1)}` };
  }

  #serve(
    passage: Passage,
    behaviour: Behaviour,
    request: HttpRequest,
    errorPage: (response: HttpResponse) => Promise<HttpResponse>,
  ): Promise<Served> {
    return this.#cache.serve({
      request,
      policy: behaviour.cache,
      isKept: behaviour.cachedMethods.has(request.method),
      fetch: (asked) => askOrigin(passage, behaviour, asked),
      errorSeconds: (answer) => this.#errorSeconds(answer, behaviour),
      errorPage,
    });
  }

  /** What CloudFront says itself is kept only where `custom_error_response` says so. */
  #errorSeconds({ response, isOwn }: OriginAnswer, { cache }: Behaviour): number {
    const minTtl = this.#errorRule(response)?.error_caching_min_ttl ?? undefined;
    return isOwn ? (minTtl ?? 0) : errorLifetime(response.status, response.headers, cache, minTtl);
  }

  #errorRule({ status }: HttpResponse) {
    return this.args.custom_error_response.find(({ error_code }) => error_code === status);
  }

  /**
   * `custom_error_response`: another page, and another status, for an error; the page comes by the behaviour for its own path.
   * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html (read 2026-11-23)
   */
  async #errorPage(passage: Passage, response: HttpResponse): Promise<HttpResponse> {
    const rule = this.#errorRule(response);
    const path = rule?.response_page_path;
    if (path === undefined) return response;
    if (response.body instanceof Readable) response.body.resume();
    const { request, table, hop } = passage;
    hop.note('error page', `${String(response.status)} → ${path}`);
    const asked = {
      ...request,
      method: request.method === 'HEAD' ? 'HEAD' : 'GET',
      target: path,
      headers: without(request.headers, ...ofThisRequestAlone),
      body: null,
    };
    const served = await this.#serve(passage, findBehaviour(table, path), asked, (error) => Promise.resolve(error));
    const page = served.response;
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
