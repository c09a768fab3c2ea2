import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { LocalContext } from '../../../local/contract/context.js';
import { originAccessKey } from '../../../local/contract/origin-access.js';
import { inert, type LocalBehaviour, type LocalRule } from '../../../stack/layer.js';
import { BucketEndpoint } from './endpoint.js';
import { s3Entrance } from './entrance.js';
import { bucketPolicySchema } from './policy.js';
import { BucketStore } from './store.js';

/** What is read of `aws_s3_bucket`. */
const bucketSchema = z.object({ bucket: z.string() });

/** A private bucket: a folder with versions, read through signed requests alone. */
const bucket: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'GET and HEAD alone, signed by a distribution: no other S3 operation, and no other credentials.',
  async apply(resource, ctx) {
    const { bucket: name } = bucketSchema.parse(resource.args);
    await originAccessKey(ctx);
    const store = await openStore(join(ctx.folders.data, 's3', name), ctx);
    const endpoint = new BucketEndpoint(name, store, ctx);
    const domain = `${name}.s3.${ctx.region}.amazonaws.com`;
    ctx.provide('bucket', store);
    ctx.provide('handler', endpoint);
    ctx.publish(domain, 443, endpoint);
    await ctx.listen('s3', { tls: true }, s3Entrance(ctx));
    return {
      id: name,
      bucket: name,
      arn: `arn:aws:s3:::${name}`,
      bucket_domain_name: `${name}.s3.amazonaws.com`,
      bucket_regional_domain_name: domain,
      hosted_zone_id: 'ZLOCALS3',
      region: ctx.region,
    };
  },
  async destroy(_resource, ctx) {
    const name = ctx.prior?.['bucket'];
    if (typeof name === 'string') await rm(join(ctx.folders.data, 's3', name), { recursive: true, force: true });
  },
};

/** One store a folder: two would not know of each other's versions. */
async function openStore(folder: string, ctx: LocalContext): Promise<BucketStore> {
  const known = ctx.providers('bucket').includes(ctx.address) ? ctx.connect(ctx.address, 'bucket') : undefined;
  if (known instanceof BucketStore && known.folder === folder) return known;
  return BucketStore.open(folder, () => ctx.clock.now());
}

/** Its arguments are what counts: buckets look their policy up. */
const policy: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'Not…-elements, and other conditions than StringEquals, StringLike, ArnEquals, ArnLike and Bool, are refused.',
  apply: ({ args }) => Promise.resolve({ id: bucketPolicySchema.parse(args).bucket }),
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
