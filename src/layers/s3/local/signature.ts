import { timingSafeEqual } from 'node:crypto';
import aws4 from 'aws4';
import type { HttpRequest } from '../../../local/contract/http.js';
import { header } from '../../../local/http/headers.js';

/** Who signed a request. */
export interface Signer {
  readonly accessKeyId: string;
}

/** Fifteen minutes. @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html (read 2026-11-23) */
const allowedSkewMs = 15 * 60 * 1000;

const credential =
  /^AWS4-HMAC-SHA256 Credential=([^,]+)\/(\d{8})\/([a-z0-9-]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Verifies a SigV4 signature by making it again.
 * @returns undefined when the request is unsigned, signed otherwise, or too old
 */
export function verify(request: HttpRequest, secretAccessKey: string, nowMs: number): Signer | undefined {
  const authorization = header(request.headers, 'authorization') ?? '';
  const date = header(request.headers, 'x-amz-date') ?? '';
  const [, accessKeyId = '', , region = '', signedHeaders = ''] = credential.exec(authorization) ?? [];
  if (accessKeyId === '' || Math.abs(parseAmzDate(date) - nowMs) > allowedSkewMs || Number.isNaN(parseAmzDate(date)))
    return undefined;
  const headers = Object.fromEntries(
    signedHeaders.split(';').map((name) => [name, header(request.headers, name) ?? '']),
  );
  const signed = aws4.sign(
    { service: 's3', region, method: request.method, path: request.target, headers, signQuery: false },
    { accessKeyId, secretAccessKey },
  );
  return equal(String(signed.headers?.['Authorization'] ?? ''), authorization) ? { accessKeyId } : undefined;
}

function parseAmzDate(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
