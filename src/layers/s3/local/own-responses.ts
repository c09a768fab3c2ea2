import { randomBytes } from 'node:crypto';
import type { HeaderPair, HttpResponse } from '../../../local/contract/http.js';
import { text } from '../../../local/http/responses.js';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (read 2026-11-23) */
const errors = {
  AccessDenied: [403, 'Access Denied'],
  InvalidRange: [416, 'The requested range is not satisfiable'],
  InvalidRequest: [400, 'Invalid Request'],
  InvalidURI: [400, 'Couldn’t parse the specified URI.'],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
  NoSuchBucket: [404, 'The specified bucket does not exist'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  PreconditionFailed: [412, 'At least one of the pre-conditions you specified did not hold'],
  RequestTimeTooSkewed: [403, 'The difference between the request time and the current time is too large.'],
  SignatureDoesNotMatch: [
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  ],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>;

export type S3ErrorCode = keyof typeof errors;

/** On every answer. */
export const commonHeaders = (): HeaderPair[] => [
  ['x-amz-request-id', randomBytes(8).toString('hex').toUpperCase()],
  ['Server', 'AmazonS3'],
];

/** An error as S3 answers it. */
export function s3Error(code: S3ErrorCode, more: readonly HeaderPair[] = []): HttpResponse {
  const [status, message] = errors[code];
  const common = commonHeaders();
  const requestId = common[0]?.[1] ?? '';
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>${requestId}</RequestId></Error>`;
  return text(status, body, [...common, ['Content-Type', 'application/xml'], ...more]);
}
