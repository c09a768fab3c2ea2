import type { LocalContext } from '../../../local/contract/context.js';
import type { Handler, HttpRequest } from '../../../local/contract/http.js';
import { header } from '../../../local/http/headers.js';
import { refuseUpgrade } from '../../../local/http/upgrade.js';
import { BucketEndpoint, pathOf } from './endpoint.js';
import { s3Error } from './own-responses.js';

/** `<bucket>.s3.<region>.amazonaws.com`, `<bucket>.s3.localhost`. */
const virtualHost = /^(.+)\.s3[.-][a-z0-9.-]+(?::\d+)?$/i;

/**
 * S3's port: the bucket is named by the host, or by the first part of the path.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html (read 2026-11-23)
 */
export function s3Entrance(ctx: LocalContext): Handler {
  return {
    request: async (request) => {
      const { bucket, key } = named(request);
      return (await findBucket(bucket, ctx)?.answer(request, key)) ?? s3Error('NoSuchBucket');
    },
    upgrade: (request, socket) => {
      refuseUpgrade(socket, request, s3Error('InvalidRequest'));
      return Promise.resolve();
    },
  };
}

function named(request: HttpRequest): { readonly bucket: string; readonly key: string } {
  const path = pathOf(request).slice(1);
  const [, byHost] = virtualHost.exec(header(request.headers, 'host') ?? '') ?? [];
  if (byHost !== undefined) return { bucket: byHost, key: path };
  const slash = path.indexOf('/');
  return slash < 0 ? { bucket: path, key: '' } : { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

function findBucket(name: string, ctx: LocalContext): BucketEndpoint | undefined {
  return ctx
    .providers('bucket')
    .map((address) => ctx.connect(address, 'handler'))
    .filter((handler) => handler instanceof BucketEndpoint)
    .find(({ bucket }) => bucket === name);
}
