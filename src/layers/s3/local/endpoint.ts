import type { LocalContext } from '../../../local/contract/context.js';
import type { Handler, HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import { originAccessKey } from '../../../local/contract/origin-access.js';
import { refuseUpgrade } from '../../../local/http/upgrade.js';
import { objectResponse } from './object-response.js';
import { s3Error } from './own-responses.js';
import { allowsNothing, bucketPolicySchema, compilePolicy, type Access, type Policy } from './policy.js';
import { verify, type SignatureFault } from './signature.js';
import type { BucketStore } from './store.js';

/** What `GET` and `HEAD` on one bucket answer, to signed requests that its policy allows; everything else is refused. */
export class BucketEndpoint implements Handler {
  #policy: Policy = allowsNothing;
  #generation = -1;
  #secretAccessKey: Promise<string> | undefined;

  constructor(
    readonly bucket: string,
    readonly store: BucketStore,
    private readonly ctx: LocalContext,
  ) {}

  /** In the virtual-hosted style: the path is the key. */
  request(request: HttpRequest): Promise<HttpResponse> {
    return this.answer(request, pathOf(request).slice(1));
  }

  upgrade(request: HttpRequest, socket: Parameters<Handler['upgrade']>[1]): Promise<void> {
    refuseUpgrade(socket, request, s3Error('InvalidRequest'));
    return Promise.resolve();
  }

  /** @param encodedKey the key as the path has it */
  async answer(request: HttpRequest, encodedKey: string): Promise<HttpResponse> {
    const hop = request.trace.hop({ layer: 's3', address: this.ctx.address, name: 'S3' });
    const response = await this.#answer(request, encodedKey);
    hop.end(response.status);
    return response;
  }

  async #answer(request: HttpRequest, encodedKey: string): Promise<HttpResponse> {
    const key = decode(encodedKey);
    if (key === undefined) return s3Error('InvalidURI');
    const access = await this.#accessOf(request, key);
    if (typeof access === 'string') return s3Error(access);
    const policy = this.#currentPolicy();
    if (!policy(access)) return s3Error('AccessDenied');
    if (request.method !== 'GET' && request.method !== 'HEAD') return s3Error('MethodNotAllowed');
    const version = this.store.current(key);
    if (version !== undefined) return objectResponse(request, version, this.store);
    // Without s3:ListBucket S3 does not tell that a key is missing.
    const list = { ...access, action: 's3:ListBucket', resource: `arn:aws:s3:::${this.bucket}` };
    return s3Error(policy(list) ? 'NoSuchKey' : 'AccessDenied');
  }

  /** Who asks for what; local requests are signed by distributions alone, whose key id is their ARN. */
  async #accessOf(request: HttpRequest, key: string): Promise<Access | SignatureFault> {
    const signer = verify(request, {
      region: this.ctx.region,
      secretAccessKey: await (this.#secretAccessKey ??= originAccessKey(this.ctx)),
      now: this.ctx.clock.now(),
    });
    if (typeof signer === 'string') return signer;
    return {
      service: 'cloudfront.amazonaws.com',
      action: request.method === 'GET' || request.method === 'HEAD' ? 's3:GetObject' : 's3:PutObject',
      resource: `arn:aws:s3:::${this.bucket}/${key}`,
      context: new Map([
        ['aws:sourcearn', signer.accessKeyId],
        ['aws:securetransport', String(request.tls !== undefined)],
      ]),
    };
  }

  /** Compiled again only when some resource was applied or destroyed. */
  #currentPolicy(): Policy {
    const generation = this.ctx.generation();
    if (generation !== this.#generation) {
      const policies = this.ctx.all('aws_s3_bucket_policy').flatMap((address) => {
        // One that could not be applied is none.
        const { data } = bucketPolicySchema.safeParse(this.ctx.argumentsOf(address));
        return data?.bucket === this.bucket ? [compilePolicy(data)] : [];
      });
      this.#policy = policies[0] ?? allowsNothing;
      this.#generation = generation;
    }
    return this.#policy;
  }
}

export const pathOf = ({ target }: HttpRequest): string => target.split('?', 1)[0] ?? '';

function decode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
