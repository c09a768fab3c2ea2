import { AwsError } from '../../contract/aws-api.js';
import type { HeaderPair } from '../../contract/http.js';
import { header } from '../../http/headers.js';
import { bytes, isRecord, onWire, type Leaves, type Protocol } from '../wire.js';

export const jsonLeaves: Leaves = {
  date: (value) => value.getTime() / 1000,
  bytes: (value) => Buffer.from(value).toString('base64'),
};

export const jsonOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(onWire(value, jsonLeaves)));

/** @throws AwsError `SerializationException` */
export function readJson(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
    if (isRecord(value)) return value;
  } catch {
    // The parser's own words could quote a secret.
  }
  throw new AwsError('SerializationException', 'The body is not a JSON object.');
}

/**
 * AWS JSON 1.0 and 1.1: the operation in `X-Amz-Target`, one JSON object each way. Names of errors stand in `__type`, and for services that
 * spoke the query protocol once (CloudWatch) in `x-amzn-query-error` too.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html (not re-read)
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible-trait (not re-read)
 */
export const json: Protocol = {
  speaks: ({ headers }) => header(headers, 'x-amz-target') !== undefined,
  read({ headers, body }) {
    const target = header(headers, 'x-amz-target') ?? '';
    return { operation: target.slice(target.lastIndexOf('.') + 1), input: readJson(body) };
  },
  write: (output, _call, requestId) => bytes(200, contentType, jsonOf(output), [['x-amzn-RequestId', requestId]]),
  fail({ code, message, status }, requestId) {
    const headers: readonly HeaderPair[] = [
      ['x-amzn-RequestId', requestId],
      ['x-amzn-query-error', `${code};${status < 500 ? 'Sender' : 'Receiver'}`],
    ];
    return bytes(status, contentType, jsonOf({ __type: code, message }), headers);
  },
};

const contentType = 'application/x-amz-json-1.1';
