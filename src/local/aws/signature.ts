import { timingSafeEqual } from 'node:crypto';
import aws4 from 'aws4';
import { AwsError } from '../contract/aws-api.js';
import { header } from '../http/headers.js';
import type { PlaneCredentials } from './credentials.js';
import type { WireRequest } from './wire.js';

/** What a request is signed for. */
export interface Signed {
  readonly accessKeyId: string;
  /** Of the credential scope, such as `ecs`. */
  readonly service: string;
}

const credential =
  /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Checks that the plane's own key signed the request, by signing it again. Its date is not looked at: the machine's clock is its own
 * judge, and the port answers the loopback address alone.
 * @throws AwsError `MissingAuthenticationTokenException`, `UnrecognizedClientException`, `InvalidSignatureException`
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html (not re-read)
 */
export function verify(request: WireRequest, { accessKeyId, secretAccessKey }: PlaneCredentials): Signed {
  const given = header(request.headers, 'authorization');
  if (given === undefined) throw new AwsError('MissingAuthenticationTokenException', 'The request is not signed.', 403);
  const match = credential.exec(given);
  if (match === null) throw invalid('The Authorization header is not one of Signature Version 4.');
  const [, key = '', , region = '', service = '', signedHeaders = '', signature = ''] = match;
  if (key !== accessKeyId) {
    const message = `The access key ${key} is not the one of this local plane.`;
    throw new AwsError('UnrecognizedClientException', message, 403);
  }
  const names = signedHeaders.split(';');
  if (!names.includes('host')) throw invalid('The host header is not signed.');
  const headers = Object.fromEntries(names.map((name) => [name, header(request.headers, name) ?? '']));
  const signed = aws4.sign(
    {
      service,
      region,
      method: request.method,
      path: request.target,
      headers,
      ...leaving(['content-length', 'content-type'], names),
      ...(!names.includes('x-amz-content-sha256') && request.body.length > 0 && { body: request.body }),
    },
    { accessKeyId, secretAccessKey },
  );
  const [, , , , , again, wanted = ''] = credential.exec(String(signed.headers?.['Authorization'])) ?? [];
  if (again !== signedHeaders || !equal(wanted, signature)) throw invalid('The signature is wrong.');
  return { accessKeyId, service };
}

/** An option of the library that its types lack: it would add and sign these of its own accord, where botocore leaves the length unsigned. */
const leaving = (candidates: readonly string[], signed: readonly string[]) => ({
  extraHeadersToIgnore: Object.fromEntries(
    candidates.filter((name) => !signed.includes(name)).map((name) => [name, true]),
  ),
});

const invalid = (message: string): AwsError => new AwsError('InvalidSignatureException', message, 403);

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
