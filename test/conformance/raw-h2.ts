import { sendRaw } from './raw-client.js';

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Frame types (RFC 9113, section 6). */
const Frame = { data: 0, headers: 1, reset: 3, settings: 4, goAway: 7 } as const;

/** What became of one HTTP/2 request: the status as far as its code is in HPACK's static table, else 0. */
export interface H2Outcome {
  readonly status: number;
  readonly answered: boolean;
  readonly reset: boolean;
}

/** Statuses of HPACK's static table, by the byte that stands for them (RFC 7541, appendix A). */
const indexed: Readonly<Record<number, number>> = { 0x88: 200, 0x8c: 400, 0x8d: 404, 0x8e: 500 };

/** Sends one request whose fields are exactly these, in this order, and a body; nothing is checked here. */
export async function askH2(
  port: number,
  fields: readonly (readonly [string, string])[],
  body?: string,
): Promise<H2Outcome> {
  const block = Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0), literal(name), literal(value)]));
  const endHeaders = 4;
  const endStream = 1;
  const frames = [
    preface,
    frame(Frame.settings, 0, 0, Buffer.alloc(0)),
    frame(Frame.headers, body === undefined ? endHeaders | endStream : endHeaders, 1, block),
    ...(body === undefined ? [] : [frame(Frame.data, endStream, 1, Buffer.from(body))]),
  ];
  const { bytes } = await sendRaw(port, Buffer.concat(frames), { tls: true, protocol: 'h2' });
  const got = [...parse(bytes)];
  const head = got.find(({ type }) => type === Frame.headers);
  const reset = got.some(({ type }) => type === Frame.reset || type === Frame.goAway);
  return { status: statusOf(head?.payload), answered: head !== undefined, reset };
}

/** Its first field, after updates of the table's size. */
function statusOf(block: Buffer | undefined): number {
  const first = block?.find((byte) => (byte & 0xe0) !== 0x20);
  return (first === undefined ? undefined : indexed[first]) ?? 0;
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A string without Huffman coding; shorter than 127 + 128 bytes. */
function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  const length = bytes.length < 127 ? Buffer.of(bytes.length) : Buffer.of(127, bytes.length - 127);
  return Buffer.concat([length, bytes]);
}

function* parse(bytes: Buffer): Generator<{ readonly type: number; readonly payload: Buffer }> {
  for (let at = 0; at + 9 <= bytes.length;) {
    const length = bytes.readUIntBE(at, 3);
    yield { type: bytes[at + 3] ?? 0, payload: bytes.subarray(at + 9, at + 9 + length) };
    at += 9 + length;
  }
}
