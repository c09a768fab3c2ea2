import { timingSafeEqual } from 'node:crypto';
import aws4 from 'aws4';
import type { HttpRequest } from '../../../local/contract/http.js';
import { header } from '../../../local/http/headers.js';

/** Who signed a request. */
export interface Signer {
  readonly accessKeyId: string;
}

/** Why a signature does not count, as S3 names it. */
export type SignatureFault = 'AccessDenied' | 'RequestTimeTooSkewed' | 'SignatureDoesNotMatch';

export interface VerifyOptions {
  readonly region: string;
  readonly secretAccessKey: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Fifteen minutes. @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html (read 2026-11-23) */
const allowedSkewMs = 15 * 60 * 1000;

const credential =
  /^AWS4-HMAC-SHA256 Credential=([^,]+)\/(\d{8})\/([a-z0-9-]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Verifies a SigV4 signature by making it again. Unsigned, and signed for another region or without `Host`, is `AccessDenied`.
 * The request's path can be decoded.
 */
export function verify(request: HttpRequest, options: VerifyOptions): Signer | SignatureFault {
  const match = credential.exec(header(request.headers, 'authorization') ?? '');
  const [, accessKeyId = '', , region = '', signedHeaders = '', signature = ''] = match ?? [];
  const names = signedHeaders.split(';');
  if (match === null || region !== options.region || !names.includes('host')) return 'AccessDenied';
  const time = parseAmzDate(header(request.headers, 'x-amz-date') ?? '');
  if (!(Math.abs(time - options.now) <= allowedSkewMs)) return 'RequestTimeTooSkewed';
  const headers = Object.fromEntries(names.map((name) => [name, header(request.headers, name) ?? '']));
  const { secretAccessKey } = options;
  const signed = aws4.sign(
    { service: 's3', region, method: request.method, path: request.target, headers },
    { accessKeyId, secretAccessKey },
  );
  const [, , , , again, wanted = ''] = credential.exec(String(signed.headers?.['Authorization'])) ?? [];
  return again === signedHeaders && equal(wanted, signature) ? { accessKeyId } : 'SignatureDoesNotMatch';
}

/** NaN when it is no such date. */
function parseAmzDate(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
