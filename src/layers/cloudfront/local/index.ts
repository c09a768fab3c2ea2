import { createHash } from 'node:crypto';
import { originAccessKey } from '../../../local/contract/origin-access.js';
import { inert, type LocalBehaviour, type LocalReader, type LocalRule } from '../../../stack/layer.js';
import { compileCachePolicy } from './cache/policy.js';
import { LocalDistribution } from './distribution.js';
import { compileFunction } from './functions/edge-function.js';
import { readCachePolicy, readOriginRequestPolicy } from './policies.js';
import { distributionSchema, functionSchema } from './schema.js';

/** Of every distribution. @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html (read 2026-11-23) */
const hostedZoneId = 'Z2FDTNDATAQYW2';

const idOf = (text: string): string => `E${createHash('sha256').update(text).digest('hex').slice(0, 13).toUpperCase()}`;

const uuidOf = (text: string): string =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

/** A distribution: TLS and HTTP/2 for its aliases, behaviours, cache, functions, compression, origins, error pages. */
const distribution: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'One cache in memory in place of edge locations and regional caches: 64 MiB a distribution, objects to 16 MiB; parts of objects are kept by their exact range. HTTP/3, gRPC, geographic restriction, logs, origin groups and retries, signed URLs, Lambda@Edge; headers about the viewer’s device and place.',
  async apply(resource, ctx) {
    const args = distributionSchema.parse(resource.args);
    const id = idOf(`${ctx.project}/${ctx.environment}/${resource.name}`);
    const arn = `arn:aws:cloudfront::${ctx.accountId}:distribution/${id}`;
    const domainName = `${id.toLowerCase()}.cloudfront.localhost`;
    await originAccessKey(ctx);
    const live = new LocalDistribution(args, { arn, domainName }, ctx);
    const hosts = [domainName, ...args.aliases];
    await ctx.listen('edge-https', { tls: true, http2: true, hosts }, live);
    await ctx.listen('edge-http', { tls: false, hosts }, live);
    ctx.publish(domainName, 443, live);
    ctx.provide('handler', live);
    ctx.provide('distribution', live);
    return {
      id,
      arn,
      domain_name: domainName,
      hosted_zone_id: hostedZoneId,
      etag: 'ELOCAL',
      status: 'Deployed',
    };
  },
};

/** What a distribution keeps, by which key and for how long: distributions read it when they are asked. */
const cachePolicy: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'Headers that CloudFront makes itself (CloudFront-…) in the cache key.',
  apply({ args, address }, ctx) {
    compileCachePolicy(args);
    const id = uuidOf(address);
    return Promise.resolve({ id, arn: `arn:aws:cloudfront::${ctx.accountId}:cache-policy/${id}`, etag: 'ELOCAL' });
  },
};

/** Runs in a context of its own, at viewer requests and viewer responses. */
const edgeFunction: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'Node’s JavaScript engine, so that language features which the runtime lacks work here; a time limit of 2 s in place of compute utilisation; modules crypto and cloudfront (key-value stores, origin changes), Buffer, logs.',
  apply({ args, address }, ctx) {
    const { name, code } = functionSchema.parse(args);
    compileFunction(code, address, ctx.clock);
    const arn = `arn:aws:cloudfront::${ctx.accountId}:function/${name}`;
    return Promise.resolve({ id: name, arn, etag: 'ELOCAL', live_stage_etag: 'ELOCAL', status: 'UNASSOCIATED' });
  },
};

/** How CloudFront runs locally. */
export const cloudfrontLocal = {
  aws_cloudfront_cache_policy: cachePolicy,
  aws_cloudfront_distribution: distribution,
  aws_cloudfront_function: edgeFunction,
  aws_cloudfront_origin_access_control: inert('Distributions read it: it says which requests to buckets are signed.'),
  aws_cloudfront_response_headers_policy: inert('Distributions read it and apply its headers.'),
  aws_cloudwatch_log_delivery: inert('Requests are in the trace.'),
  aws_cloudwatch_log_delivery_destination: inert('Requests are in the trace.'),
  aws_cloudwatch_log_delivery_source: inert('Requests are in the trace.', ({ args }) => ({ name: args['name'] })),
} as const satisfies Readonly<Record<string, LocalRule>>;

/** How CloudFront's data sources are read locally. */
export const cloudfrontData = {
  aws_cloudfront_cache_policy: readCachePolicy,
  aws_cloudfront_origin_request_policy: readOriginRequestPolicy,
} as const satisfies Readonly<Record<string, LocalReader>>;
