import type { Duplex } from 'node:stream';
import aws4 from 'aws4';
import type { LocalContext } from '../../../local/contract/context.js';
import {
  UpstreamError,
  type Handler,
  type HeaderPair,
  type HttpRequest,
  type HttpResponse,
} from '../../../local/contract/http.js';
import { originAccessKey } from '../../../local/contract/origin-access.js';
import { customOriginRequest, edgePeer, originTls, pathOf, type EdgeNames } from './origin-request.js';
import { ownError } from './own-responses.js';
import type { Forwarding } from './policies.js';
import { withReadTimeout } from '../../../local/http/read-timeout.js';
import { accessControlSchema, type OriginArgs } from './schema.js';

/** What a behaviour sends requests to. */
export interface Origin {
  readonly id: string;
  /** @throws UpstreamError when it cannot be reached or is late */
  request(request: HttpRequest, forwarding: Forwarding, edge: EdgeNames): Promise<HttpResponse>;
  /** Absent where WebSockets are not taken. @throws UpstreamError when it cannot be reached */
  upgrade?(request: HttpRequest, forwarding: Forwarding, edge: EdgeNames, socket: Duplex, head: Buffer): Promise<void>;
}

/** An origin from its block: signed for where its access control says so. */
export function makeOrigin(args: OriginArgs, distributionArn: string, ctx: LocalContext): Origin {
  return signs(args, ctx) ? bucketOrigin(args, distributionArn, ctx) : customOrigin(args, ctx);
}

function signs({ origin_access_control_id: id }: OriginArgs, ctx: LocalContext): boolean {
  const address = id === undefined ? undefined : ctx.addressOf('id', id);
  const args = address === undefined ? undefined : ctx.argumentsOf(address);
  if (args === undefined) return false;
  const { origin_access_control_origin_type: type, signing_behavior } = accessControlSchema.parse(args);
  return type === 's3' && signing_behavior !== 'never';
}

/** A server of the user's. */
function customOrigin(args: OriginArgs, ctx: LocalContext): Origin {
  const config = args.custom_origin_config?.[0];
  const policy = config?.origin_protocol_policy ?? 'https-only';
  const timeoutMs = (config?.origin_read_timeout ?? 30) * 1000;
  const isSecure = ({ tls }: HttpRequest) => (policy === 'match-viewer' ? tls !== undefined : policy === 'https-only');
  const reach = (secure: boolean) =>
    reachable(ctx, args.domain_name, (secure ? config?.https_port : config?.http_port) ?? (secure ? 443 : 80));
  return {
    id: args.origin_id,
    async request(request, forwarding, edge) {
      const secure = isSecure(request);
      const upstream = reach(secure);
      return withReadTimeout(
        customOriginRequest(request, args, forwarding, edge, secure),
        timeoutMs,
        ctx.clock,
        (sent) => upstream.request(sent),
      );
    },
    async upgrade(request, forwarding, edge, socket, head) {
      const secure = isSecure(request);
      await reach(secure).upgrade(customOriginRequest(request, args, forwarding, edge, secure), socket, head);
    },
  };
}

/** Conditions and ranges are all that a bucket gets of a viewer's headers. */
const passedToBucket: ReadonlySet<string> = new Set([
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
]);

/** A private bucket: requests are signed with SigV4 in the distribution's name. */
function bucketOrigin(args: OriginArgs, distributionArn: string, ctx: LocalContext): Origin {
  let key: Promise<string> | undefined;
  return {
    id: args.origin_id,
    async request(request) {
      const upstream = reachable(ctx, args.domain_name, 443);
      const secretAccessKey = await (key ??= originAccessKey(ctx));
      const path = `${args.origin_path}${pathOf(request.target)}`;
      if (!isDecodable(path)) return ownError(400);
      const signed = aws4.sign(
        {
          service: 's3',
          region: ctx.region,
          method: request.method,
          path,
          headers: { host: args.domain_name, 'X-Amz-Date': amzDate(ctx.clock.now()) },
        },
        { accessKeyId: distributionArn, secretAccessKey },
      );
      const own = Object.entries(signed.headers ?? {}).map(([name, value]): HeaderPair => [name, String(value)]);
      const passed = request.headers.filter(([name]) => passedToBucket.has(name.toLowerCase()));
      return upstream.request({
        ...request,
        target: path,
        headers: [...own, ...passed],
        httpVersion: '1.1',
        body: null,
        peer: edgePeer,
        tls: originTls(args.domain_name),
      });
    },
  };
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

const amzDate = (now: number): string => new Date(now).toISOString().replaceAll(/[:-]|\.\d{3}/g, '');

function reachable(ctx: LocalContext, name: string, port: number): Handler {
  const handler = ctx.reach(name, port);
  if (handler !== undefined) return handler;
  throw new UpstreamError('refused', `Nothing answers on ${name}:${String(port)}.`);
}
