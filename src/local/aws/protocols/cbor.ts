import { cbor as codec, dateToTag } from '@smithy/core/cbor';
import { AwsError } from '../../contract/aws-api.js';
import type { HeaderPair } from '../../contract/http.js';
import { header } from '../../http/headers.js';
import { bytes, isRecord, onWire, type Leaves, type Protocol } from '../wire.js';

const leaves: Leaves = { date: dateToTag, bytes: (value) => value };
const path = /^\/service\/[^/]+\/operation\/([^/?]+)$/;

/**
 * Smithy RPC v2 with CBOR, which other SDKs speak with CloudWatch: the operation in the path, one CBOR map each way.
 * @see https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html (not re-read)
 */
export const cbor: Protocol = {
  speaks: ({ target, headers }) => path.test(target) && header(headers, 'smithy-protocol') === 'rpc-v2-cbor',
  read: ({ target, body }) => ({ operation: path.exec(target)?.[1] ?? '', input: readCbor(body) }),
  write: (output, _call, requestId) => answer(200, output, requestId),
  fail: ({ code, message, status }, requestId) => answer(status, { __type: code, message }, requestId),
};

const answer = (status: number, value: object, requestId: string) => {
  const headers: readonly HeaderPair[] = [
    ['smithy-protocol', 'rpc-v2-cbor'],
    ['x-amzn-RequestId', requestId],
  ];
  return bytes(status, 'application/cbor', Buffer.from(codec.serialize(onWire(value, leaves))), headers);
};

function readCbor(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value = body.length === 0 ? {} : withDates(codec.deserialize(body));
    if (isRecord(value)) return value;
  } catch {
    // Said below.
  }
  throw new AwsError('SerializationException', 'The body is not a CBOR map.');
}

/** Moments come as tag 1, seconds since 1970. */
function withDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDates);
  if (!isRecord(value) || value instanceof Uint8Array) return value;
  if (value['tag'] === 1 && 'value' in value) return new Date(Number(value['value']) * 1000);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withDates(member)]));
}
