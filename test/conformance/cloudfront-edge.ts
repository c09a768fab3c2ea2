import assert from 'node:assert/strict';
import { cloudfrontData, cloudfrontLocal } from '../../src/layers/cloudfront/local/index.js';
import { LocalDistribution } from '../../src/layers/cloudfront/local/distribution.js';
import { behaviour, fakeDistribution, fakeWebAcl } from '../../src/layers/cloudfront/local/testing/distribution.js';
import type { WebAclVerdict } from '../../src/local/contract/context.js';
import type { HeaderPair, HttpRequest, HttpResponse } from '../../src/local/contract/http.js';
import { ask, fakeRequest, type FakeAnswer, type FakeRequest } from '../../src/local/testing/fake-request.js';
import type { FakePlane } from '../../src/local/testing/fake-context.js';
import type { ConformanceCase } from './case.js';

/** The developer guide's page, as it was read for these cases. */
export const guide = (page: string): string =>
  `https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/${page} (read 2026-11-25)`;

/** Cases that one page is the source of. */
export const cases = (
  source: string,
  runs: Readonly<Record<string, () => Promise<void> | void>>,
): readonly ConformanceCase[] =>
  Object.entries(runs).map(([name, run]) => ({ layer: 'cloudfront', name, source, run }));

/** A cache policy; nothing in the key, and 0, 0 and a year, unless said otherwise. */
export interface PolicyOptions {
  readonly ttl?: readonly [min: number, standard: number, max: number];
  readonly headers?: readonly string[];
  readonly cookies?: readonly [behaviour: string, ...names: string[]];
  readonly query?: readonly [behaviour: string, ...names: string[]];
  readonly gzip?: boolean;
  readonly brotli?: boolean;
}

export interface EdgeOptions {
  /** What the origin answers; default 200 with the number of the request. */
  readonly respond?: (request: HttpRequest, count: number) => HttpResponse | Promise<HttpResponse>;
  /** The name of one of AWS's own, or a policy of the Stack. */
  readonly policy?: string | PolicyOptions;
  /** The name of one of AWS's own. */
  readonly requestPolicy?: string;
  /** Code of functions. */
  readonly viewerRequest?: string;
  readonly viewerResponse?: string;
  /** What its web ACL says to everything. */
  readonly verdict?: WebAclVerdict;
  readonly behaviour?: object;
  readonly distribution?: (made: ReturnType<typeof behaviour>) => object;
}

/** A distribution in front of an origin. */
export interface Edge {
  readonly plane: FakePlane;
  /** What the origin was asked. */
  readonly asked: readonly HttpRequest[];
  get(target?: string, request?: FakeRequest): Promise<EdgeAnswer>;
  /** `Hit`, `Miss` … of one request after another. */
  results(...requests: readonly (string | FakeRequest)[]): Promise<readonly string[]>;
  advance(seconds: number): Promise<void>;
  readonly live: LocalDistribution;
}

export interface EdgeAnswer extends FakeAnswer {
  /** `X-Cache` without its last two words. */
  readonly result: string;
}

export const reply = (body: string, headers: readonly HeaderPair[] = [], status = 200): HttpResponse => ({
  status,
  headers: [['Content-Type', 'text/plain'], ['Content-Length', String(Buffer.byteLength(body))], ...headers],
  body: Buffer.from(body),
});

/** An origin that answers with these headers. */
export const saying =
  (...headers: readonly HeaderPair[]) =>
  (_request: HttpRequest, count: number): HttpResponse =>
    reply(String(count), headers);

export const cacheControl = (value: string) => saying(['Cache-Control', value]);

export async function edge(options: EdgeOptions = {}): Promise<Edge> {
  let count = 0;
  const respond = options.respond ?? saying();
  const { plane, origin, https, http, apply } = await fakeDistribution((request) => respond(request, (count += 1)));
  const made = behaviour('alb', {
    viewer_protocol_policy: 'allow-all',
    cache_policy_id: await policyId(plane, options.policy ?? {}),
    ...(options.requestPolicy !== undefined && {
      origin_request_policy_id: await requestPolicyId(plane, options.requestPolicy),
    }),
    function_association: [
      ...(await association(plane, 'viewer-request', options.viewerRequest)),
      ...(await association(plane, 'viewer-response', options.viewerResponse)),
    ],
    ...options.behaviour,
  });
  const web_acl_id = options.verdict === undefined ? undefined : await fakeWebAcl(plane, options.verdict);
  await apply({ default_cache_behavior: [made], web_acl_id, ...options.distribution?.(made) });
  const live = plane.registry.connect('aws_cloudfront_distribution.api', 'handler');
  assert(live instanceof LocalDistribution);
  const get = async (target = '/', request: FakeRequest = {}): Promise<EdgeAnswer> => {
    const answer = await ask(request.tls === false ? http : https, fakeRequest({ target, ...request }));
    return { ...answer, result: (answer.header('x-cache') ?? '').replace(' from cloudfront', '') };
  };
  return {
    plane,
    asked: origin.got,
    get,
    live,
    advance: (seconds) => plane.clock.advance(seconds * 1000),
    async results(...requests) {
      const results: string[] = [];
      for (const one of requests) {
        const request = typeof one === 'string' ? { target: one } : one;
        results.push((await get(request.target, request)).result);
      }
      return results;
    },
  };
}

async function policyId(plane: FakePlane, policy: string | PolicyOptions): Promise<unknown> {
  if (typeof policy === 'string') {
    const address = 'data.aws_cloudfront_cache_policy.p';
    return (await plane.read(cloudfrontData.aws_cloudfront_cache_policy, address, { name: policy }))['id'];
  }
  const [min, standard, max] = policy.ttl ?? [0, 0, 31_536_000];
  const [cookies = 'none', ...cookieNames] = policy.cookies ?? [];
  const [query = 'none', ...queryNames] = policy.query ?? [];
  const headers = policy.headers ?? [];
  const made = await plane.apply(cloudfrontLocal.aws_cloudfront_cache_policy, 'aws_cloudfront_cache_policy.p', {
    name: 'p',
    min_ttl: min,
    default_ttl: standard,
    max_ttl: max,
    parameters_in_cache_key_and_forwarded_to_origin: [
      {
        enable_accept_encoding_gzip: policy.gzip ?? false,
        enable_accept_encoding_brotli: policy.brotli ?? false,
        headers_config: [
          { header_behavior: headers.length === 0 ? 'none' : 'whitelist', headers: [{ items: headers }] },
        ],
        cookies_config: [{ cookie_behavior: cookies, cookies: [{ items: cookieNames }] }],
        query_strings_config: [{ query_string_behavior: query, query_strings: [{ items: queryNames }] }],
      },
    ],
  });
  return made['id'];
}

async function requestPolicyId(plane: FakePlane, name: string): Promise<unknown> {
  const address = 'data.aws_cloudfront_origin_request_policy.o';
  return (await plane.read(cloudfrontData.aws_cloudfront_origin_request_policy, address, { name }))['id'];
}

async function association(plane: FakePlane, event_type: string, code: string | undefined): Promise<readonly object[]> {
  if (code === undefined) return [];
  const name = event_type.replace('-', '_');
  const rule = cloudfrontLocal.aws_cloudfront_function;
  const made = await plane.apply(rule, `aws_cloudfront_function.${name}`, { name, code, runtime: 'cloudfront-js-2.0' });
  return [{ event_type, function_arn: made['arn'] }];
}
