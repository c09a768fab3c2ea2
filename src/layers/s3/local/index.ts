import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inert, type LocalBehaviour, type LocalRule } from '../../../stack/layer.js';
import { BucketEndpoint, pathStyle } from './endpoint.js';
import { BucketStore } from './store.js';

/** A private bucket: a folder with versions, read through signed requests alone. */
const bucket: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'Reading alone, signed by a distribution: no other S3 operation. Signatures of path-style requests are not accepted.',
  async apply({ args }, ctx) {
    const name = String(args['bucket']);
    const store = await BucketStore.open(join(ctx.folders.data, 's3', name), () => ctx.clock.now());
    const endpoint = new BucketEndpoint(name, store, ctx);
    const domain = `${name}.s3.${ctx.region}.amazonaws.com`;
    ctx.provide('bucket', store);
    ctx.provide('handler', endpoint);
    ctx.publish(domain, 443, endpoint);
    await ctx.listen('s3', { tls: true }, pathStyle(ctx));
    return {
      id: name,
      bucket: name,
      arn: `arn:aws:s3:::${name}`,
      bucket_domain_name: `${name}.s3.amazonaws.com`,
      bucket_regional_domain_name: domain,
      region: ctx.region,
    };
  },
  async destroy(_resource, ctx) {
    const name = ctx.prior?.['bucket'];
    if (typeof name === 'string') await rm(join(ctx.folders.data, 's3', name), { recursive: true, force: true });
  },
};

/** Its arguments are what counts: buckets look their policy up. */
const policy: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'Conditions other than StringEquals and Bool.',
  apply: ({ args }) => Promise.resolve({ id: args['bucket'] }),
};

const always = 'Local buckets are always versioned, private and owned by the plane.';

/** How S3 runs locally. */
export const s3Local = {
  aws_s3_bucket: bucket,
  aws_s3_bucket_lifecycle_configuration: inert('Versions are kept until the plane is destroyed.'),
  aws_s3_bucket_ownership_controls: inert(always),
  aws_s3_bucket_policy: policy,
  aws_s3_bucket_public_access_block: inert(always),
  aws_s3_bucket_server_side_encryption_configuration: inert('Local files are not encrypted.'),
  aws_s3_bucket_versioning: inert(always),
} as const satisfies Readonly<Record<string, LocalRule>>;
