import { createHash } from 'node:crypto';
import { inert, type LocalBehaviour, type LocalReader, type LocalRule } from '../../../stack/layer.js';
import { LocalDistribution } from './distribution.js';
import { distributionSchema } from './schema.js';

/** Of every distribution. @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html (read 2026-11-23) */
const hostedZoneId = 'Z2FDTNDATAQYW2';

const idOf = (text: string): string => `E${createHash('sha256').update(text).digest('hex').slice(0, 13).toUpperCase()}`;

/** A distribution: TLS and HTTP/2 for its aliases, behaviours, origins, error pages. */
const distribution: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'Nothing is cached or compressed yet. HTTP/3, geographic restriction, functions and logs.',
  async apply(resource, ctx) {
    const args = distributionSchema.parse(resource.args);
    const id = idOf(`${ctx.project}/${ctx.environment}/${resource.name}`);
    const arn = `arn:aws:cloudfront::${ctx.accountId}:distribution/${id}`;
    const live = new LocalDistribution(args, arn, ctx);
    ctx.provide('handler', live);
    await ctx.listen('edge-https', { tls: true, http2: true, hosts: args.aliases }, live);
    await ctx.listen('edge-http', { tls: false, hosts: args.aliases }, live);
    return {
      id,
      arn,
      domain_name: `${id.toLowerCase()}.cloudfront.localhost`,
      hosted_zone_id: hostedZoneId,
      status: 'Deployed',
    };
  },
};

/** How CloudFront runs locally. */
export const cloudfrontLocal = {
  aws_cloudfront_distribution: distribution,
  aws_cloudfront_function: inert('Functions do not run locally; none is emitted yet.'),
  aws_cloudfront_origin_access_control: inert('Distributions sign every request to a bucket.'),
  aws_cloudfront_response_headers_policy: inert('Distributions read it.'),
} as const satisfies Readonly<Record<string, LocalRule>>;

/** Managed policies are known by name; locally the id is made from it. */
const managedPolicy: LocalReader = ({ args }) =>
  Promise.resolve({ id: idOf(String(args['name'])), name: args['name'] });

/** How CloudFront's data sources are read locally. */
export const cloudfrontData = {
  aws_cloudfront_cache_policy: managedPolicy,
  aws_cloudfront_origin_request_policy: managedPolicy,
} as const satisfies Readonly<Record<string, LocalReader>>;
