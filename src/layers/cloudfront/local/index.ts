import { createHash } from 'node:crypto';
import { originAccessKey } from '../../../local/contract/origin-access.js';
import { inert, type LocalBehaviour, type LocalReader, type LocalRule } from '../../../stack/layer.js';
import { LocalDistribution } from './distribution.js';
import { readCachePolicy, readOriginRequestPolicy } from './policies.js';
import { distributionSchema } from './schema.js';

/** Of every distribution. @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html (read 2026-11-23) */
const hostedZoneId = 'Z2FDTNDATAQYW2';

const idOf = (text: string): string => `E${createHash('sha256').update(text).digest('hex').slice(0, 13).toUpperCase()}`;

/** A distribution: TLS and HTTP/2 for its aliases, behaviours, origins, error pages. */
const distribution: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'Nothing is cached or compressed yet. HTTP/3, geographic restriction, functions, logs, origin groups and retries; headers about the viewer’s device and place.',
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

/** How CloudFront runs locally. */
export const cloudfrontLocal = {
  aws_cloudfront_cache_policy: inert('Nothing is cached locally yet.'),
  aws_cloudfront_distribution: distribution,
  aws_cloudfront_function: inert('Functions do not run locally; none is emitted yet.'),
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
