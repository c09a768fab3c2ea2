import type { Duplex } from 'node:stream';
import { Readable } from 'node:stream';
import type { LocalContext } from '../../../local/contract/context.js';
import { UpstreamError, type Handler, type HttpRequest, type HttpResponse } from '../../../local/contract/http.js';
import { header, withHeader } from '../../../local/http/headers.js';
import { refuseUpgrade } from '../../../local/http/upgrade.js';
import { bucketRequest, customOriginRequest } from './origin-request.js';
import { applyPolicy, policyHeaders } from './response-headers.js';
import type { Behaviour, DistributionArgs, Origin } from './schema.js';

/** A behaviour with everything looked up. */
interface Route {
  readonly matches: RegExp;
  readonly behaviour: Behaviour;
  readonly origin: Origin;
  /** Name of the origin request policy. */
  readonly originPolicy: string | undefined;
  readonly headers: ReturnType<typeof policyHeaders>;
}

/** One distribution while the plane runs. */
export class LocalDistribution implements Handler {
  readonly #routes: readonly Route[];

  constructor(
    private readonly args: DistributionArgs,
    private readonly arn: string,
    private readonly ctx: LocalContext,
  ) {
    const behaviours = [...args.ordered_cache_behavior, ...args.default_cache_behavior];
    this.#routes = behaviours.map((behaviour) => this.#route(behaviour));
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const hop = request.trace.hop({ layer: 'cloudfront', address: this.ctx.address, name: 'CloudFront' });
    const response = await this.#answer(request);
    hop.end(response.status);
    return response;
  }

  async upgrade(request: HttpRequest, socket: Duplex, head: Buffer): Promise<void> {
    const hop = request.trace.hop({ layer: 'cloudfront', address: this.ctx.address, name: 'CloudFront' });
    const route = this.#find(request);
    const refused = await this.#refused(request, route);
    const upstream = this.#upstream(route.origin, request);
    hop.end(refused?.status ?? 'upgrade');
    if (refused !== undefined || route.origin.origin_access_control_id !== undefined || upstream === undefined) {
      refuseUpgrade(socket, request, refused ?? ownError(502));
    } else await upstream.upgrade(customOriginRequest(request, route.origin, route.originPolicy), socket, head);
  }

  async #answer(request: HttpRequest): Promise<HttpResponse> {
    const route = this.#find(request);
    const refused = await this.#refused(request, route);
    if (refused !== undefined) return refused;
    const response = await this.#custom(await this.#fetch(route, request, request.target), route, request);
    const cacheHeader = response.status >= 400 ? 'Error from cloudfront' : 'Miss from cloudfront';
    const headers = applyPolicy(withHeader(response.headers, 'X-Cache', cacheHeader), route.headers);
    return { ...response, headers: withHeader(headers, 'Via', '1.1 landfall.cloudfront.localhost (CloudFront)') };
  }

  /** By the web ACL, the protocol or the method. */
  async #refused(request: HttpRequest, { behaviour }: Route): Promise<HttpResponse | undefined> {
    if (request.tls === undefined && behaviour.viewer_protocol_policy !== 'allow-all')
      return this.#insecure(request, behaviour);
    const blocked = await this.#blocked(request);
    if (blocked !== undefined) return blocked;
    return behaviour.allowed_methods.includes(request.method) ? undefined : ownError(403);
  }

  #insecure(request: HttpRequest, { viewer_protocol_policy }: Behaviour): HttpResponse {
    if (viewer_protocol_policy === 'https-only') return ownError(403);
    const host = (header(request.headers, 'host') ?? '').replace(/:\d+$/, '');
    const location = `https://${host}:${String(this.ctx.port('edge-https'))}${request.target}`;
    const { headers, ...response } = ownError(301);
    return { ...response, headers: [...headers, ['Location', location]] };
  }

  async #blocked(request: HttpRequest): Promise<HttpResponse | undefined> {
    const { web_acl_id } = this.args;
    const address = web_acl_id === undefined ? undefined : this.ctx.addressOf('arn', web_acl_id);
    if (address === undefined) return undefined;
    const hop = request.trace.hop({ layer: 'waf', address, name: 'WAF' });
    const verdict = await this.ctx.connect(address, 'webAcl').evaluate(request);
    hop.note('rules', verdict.evaluated ? (verdict.rule ?? 'none matched') : 'not evaluated');
    hop.end(verdict.action);
    if (verdict.action === 'allow') return undefined;
    const body = Buffer.from(verdict.body ?? 'Request blocked');
    return {
      status: verdict.status,
      headers: [
        ['Content-Type', 'text/plain'],
        ['Content-Length', String(body.length)],
      ],
      body,
    };
  }

  async #fetch({ origin, originPolicy }: Route, request: HttpRequest, target: string): Promise<HttpResponse> {
    const upstream = this.#upstream(origin, request);
    if (upstream === undefined) return ownError(502);
    try {
      if (origin.origin_access_control_id === undefined)
        return await upstream.request(customOriginRequest({ ...request, target }, origin, originPolicy));
      const path = target.split('?', 1)[0] ?? '/';
      const key = path === '/' ? `/${this.args.default_root_object ?? ''}` : path;
      return await upstream.request(await bucketRequest(request, origin, key, this.arn, this.ctx));
    } catch (error) {
      if (error instanceof UpstreamError) return ownError(error.reason === 'timeout' ? 504 : 502);
      throw error;
    }
  }

  /** `custom_error_response`: another page, and another status, for an error of the origin's. */
  async #custom(response: HttpResponse, route: Route, request: HttpRequest): Promise<HttpResponse> {
    const rule = this.args.custom_error_response.find(({ error_code }) => error_code === response.status);
    if (rule?.response_page_path === undefined) return response;
    if (response.body instanceof Readable) response.body.resume();
    const page = await this.#fetch(
      route,
      { ...request, method: request.method === 'HEAD' ? 'HEAD' : 'GET' },
      rule.response_page_path,
    );
    return page.status === 200 ? { ...page, status: rule.response_code ?? response.status } : page;
  }

  #upstream({ domain_name, custom_origin_config }: Origin, request: HttpRequest): Handler | undefined {
    const config = custom_origin_config?.[0];
    const plain =
      config?.origin_protocol_policy === 'http-only' ||
      (config?.origin_protocol_policy === 'match-viewer' && request.tls === undefined);
    return this.ctx.reach(domain_name, (plain ? config.http_port : config?.https_port) ?? 443);
  }

  /** The first behaviour whose path pattern matches; the default matches everything. */
  #find(request: HttpRequest): Route {
    const path = request.target.split('?', 1)[0] ?? '/';
    const route = this.#routes.find(({ matches }) => matches.test(path));
    if (route === undefined) throw new Error(`${this.ctx.address} has no default behaviour.`);
    return route;
  }

  #route(behaviour: Behaviour): Route {
    const origin = this.args.origin.find(({ origin_id }) => origin_id === behaviour.target_origin_id);
    if (origin === undefined) throw new Error(`${this.ctx.address} has no origin ${behaviour.target_origin_id}.`);
    const policy = behaviour.origin_request_policy_id;
    const headers = behaviour.response_headers_policy_id;
    const headersAddress = headers === undefined ? undefined : this.ctx.addressOf('id', headers);
    const policyAddress = policy === undefined ? undefined : this.ctx.addressOf('id', policy);
    const policyArgs = policyAddress === undefined ? undefined : this.ctx.argumentsOf(policyAddress);
    return {
      matches: pathPattern(behaviour.path_pattern ?? '*'),
      behaviour,
      origin,
      originPolicy: typeof policyArgs?.['name'] === 'string' ? policyArgs['name'] : undefined,
      headers: policyHeaders(headersAddress === undefined ? undefined : this.ctx.argumentsOf(headersAddress)),
    };
  }
}

/** `*` is any text, `?` one character; with or without a leading slash. @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html (read 2026-11-23) */
export function pathPattern(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(pattern === '*' ? '^' : `^/?${source.replace(/^\//, '')}$`, 's');
}

const titles: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  403: 'The request could not be satisfied: this distribution does not take the request.',
  502: 'The request could not be satisfied: CloudFront could not reach the origin.',
  504: 'The request could not be satisfied: the origin did not answer in time.',
};

/** What CloudFront answers itself. */
function ownError(status: 301 | 403 | 502 | 504): HttpResponse {
  const body = Buffer.from(
    `<html><head><title>${titles[status] ?? ''}</title></head><body><h1>${String(status)}</h1>${titles[status] ?? ''}</body></html>\n`,
  );
  const headers = [
    ['Server', 'CloudFront'],
    ['Content-Type', 'text/html'],
    ['Content-Length', String(body.length)],
  ] as const;
  return { status, headers: status === 301 ? headers : [...headers, ['X-Cache', 'Error from cloudfront']], body };
}
