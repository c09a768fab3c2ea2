import fresh from 'fresh';
import rangeParser from 'range-parser';
import type { LocalContext } from '../../../local/contract/context.js';
import { originAccessKey } from '../../../local/contract/origin-access.js';
import type { Handler, HeaderPair, HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import { header } from '../../../local/http/headers.js';
import { refuseUpgrade } from '../../../local/http/upgrade.js';
import { allows } from './policy.js';
import { verify } from './signature.js';
import { BucketStore, type Version } from './store.js';

/** What `GET` and `HEAD` on one bucket answer; everything else is refused. */
export class BucketEndpoint implements Handler {
  constructor(
    private readonly bucket: string,
    private readonly store: BucketStore,
    private readonly ctx: LocalContext,
  ) {}

  /** `target` is the key with a slash before it, as in the virtual-hosted style. */
  async request(request: HttpRequest): Promise<HttpResponse> {
    const hop = request.trace.hop({ layer: 's3', address: this.ctx.address, name: 'S3' });
    const response = await this.#answer(request);
    hop.end(response.status);
    return response;
  }

  upgrade(request: HttpRequest, socket: Parameters<Handler['upgrade']>[1]): Promise<void> {
    refuseUpgrade(socket, request, error(400, 'InvalidRequest', 'S3 takes no upgrade.'));
    return Promise.resolve();
  }

  async #answer(request: HttpRequest): Promise<HttpResponse> {
    const key = decodeURIComponent(request.target.split('?', 1)[0]?.slice(1) ?? '');
    if (!(await this.#mayRead(request, key))) return denied;
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return error(405, 'MethodNotAllowed', 'The method is not allowed.');
    const version = this.store.current(key);
    // Without s3:ListBucket S3 does not tell that a key is missing.
    if (version === undefined) return denied;
    return this.#object(request, version);
  }

  /** Signed by a distribution that the bucket policy allows. */
  async #mayRead(request: HttpRequest, key: string): Promise<boolean> {
    const signer = verify(request, await originAccessKey(this.ctx), this.ctx.clock.now());
    const policies = this.ctx.all('aws_s3_bucket_policy').map((address) => this.ctx.argumentsOf(address));
    const policy = policies.find((args) => args?.['bucket'] === this.bucket)?.['policy'];
    if (signer === undefined || typeof policy !== 'string') return false;
    return allows(policy, {
      service: 'cloudfront.amazonaws.com',
      action: 's3:GetObject',
      resource: `arn:aws:s3:::${this.bucket}/${key}`,
      context: { 'AWS:SourceArn': signer.accessKeyId, 'aws:SecureTransport': String(request.tls !== undefined) },
    });
  }

  async #object(request: HttpRequest, version: Version): Promise<HttpResponse> {
    const headers = objectHeaders(version);
    const asked = Object.fromEntries(request.headers.map(([name, value]) => [name.toLowerCase(), value]));
    if (fresh(asked, { etag: version.etag, 'last-modified': lastModified(version) }))
      return { status: 304, headers, body: null };
    const range = header(request.headers, 'range');
    const ranges = range === undefined ? undefined : rangeParser(version.size, range, { combine: true });
    if (ranges === -1) return error(416, 'InvalidRange', 'The requested range is not satisfiable.');
    const body = await this.store.read(version);
    const [part] = typeof ranges === 'object' && ranges.type === 'bytes' && ranges.length === 1 ? ranges : [];
    if (part === undefined)
      return { status: 200, headers: [...headers, ['Content-Length', String(version.size)]], body };
    const slice = body.subarray(part.start, part.end + 1);
    const contentRange = `bytes ${String(part.start)}-${String(part.end)}/${String(version.size)}`;
    return {
      status: 206,
      headers: [...headers, ['Content-Range', contentRange], ['Content-Length', String(slice.length)]],
      body: slice,
    };
  }
}

const lastModified = (version: Version): string => new Date(version.lastModified).toUTCString();

const objectHeaders = (version: Version): HeaderPair[] => [
  ['Last-Modified', lastModified(version)],
  ['ETag', version.etag],
  ['x-amz-version-id', version.id],
  ['Cache-Control', version.cacheControl],
  ['Accept-Ranges', 'bytes'],
  ['Content-Type', version.contentType],
  ['Server', 'AmazonS3'],
];

function error(status: number, code: string, message: string): HttpResponse {
  const body = Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  );
  return {
    status,
    headers: [
      ['Content-Type', 'application/xml'],
      ['Content-Length', String(body.length)],
      ['Server', 'AmazonS3'],
    ],
    body,
  };
}

const denied = error(403, 'AccessDenied', 'Access Denied');

/** Requests by path, `/<bucket>/<key>`, to the bucket that they name. */
export function pathStyle(ctx: LocalContext): Handler {
  const find = (request: HttpRequest): { readonly handler: Handler; readonly request: HttpRequest } | undefined => {
    const [, name = '', rest = ''] = /^\/([^/?]+)(.*)$/.exec(request.target) ?? [];
    const address = ctx.all('aws_s3_bucket').find((candidate) => ctx.argumentsOf(candidate)?.['bucket'] === name);
    if (address === undefined) return undefined;
    return {
      handler: ctx.connect(address, 'handler'),
      request: { ...request, target: rest.startsWith('/') ? rest : `/${rest}` },
    };
  };
  const missing = error(404, 'NoSuchBucket', 'The specified bucket does not exist.');
  return {
    request: (request) => {
      const found = find(request);
      return found === undefined ? Promise.resolve(missing) : found.handler.request(found.request);
    },
    upgrade: (request, socket) => {
      refuseUpgrade(socket, request, missing);
      return Promise.resolve();
    },
  };
}
