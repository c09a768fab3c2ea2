import { Readable } from 'node:stream';
import { UpstreamError } from '../../../../local/contract/http.js';

/** The beginning of a body, and a stream that gives all of it, from the first byte on. */
export interface BodyPrefix {
  /** At most `limit` bytes. */
  readonly bytes: Buffer;
  /** Whether the body goes on after them. */
  readonly isCut: boolean;
  readonly body: Readable;
}

/**
 * Reads up to `limit` bytes. No more is held than that and the chunk that goes over it: the rest stays with the client.
 * @throws UpstreamError `aborted` when the client leaves before that
 */
export async function readPrefix(body: Readable, limit: number): Promise<BodyPrefix> {
  const { chunks, ended } = await readUpTo(body, limit);
  const [only] = chunks;
  const all = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  return { bytes: all.subarray(0, limit), isCut: !ended, body: ended ? replayed(all) : body };
}

interface Read {
  readonly chunks: readonly Buffer[];
  readonly ended: boolean;
}

function readUpTo(body: Readable, limit: number): Promise<Read> {
  if (body.readableEnded) return Promise.resolve({ chunks: [], ended: true });
  if (body.destroyed)
    return Promise.reject(new UpstreamError('aborted', 'The client left before its request was read.'));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (finish: () => void) => {
      body.off('readable', onReadable).off('end', onEnd).off('error', onGone).off('close', onGone);
      finish();
    };
    const onEnd = () => settle(() => resolve({ chunks, ended: true }));
    const onGone = (cause?: unknown) =>
      settle(() => reject(new UpstreamError('aborted', 'The client left while its request was read.', { cause })));
    const onReadable = () => {
      for (let chunk = take(body); chunk !== undefined; chunk = take(body)) {
        chunks.push(chunk);
        length += chunk.length;
        // One byte more than the limit tells that the body goes on.
        if (length > limit) {
          // At once: when these were the last bytes, the stream would end before anybody heard of them.
          settle(() => body.unshift(Buffer.concat(chunks)));
          resolve({ chunks, ended: false });
          return;
        }
      }
    };
    body.on('readable', onReadable).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

function take(body: Readable): Buffer | undefined {
  const chunk = body.read() as Buffer | string | null;
  if (chunk === null) return undefined;
  return typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

function replayed(bytes: Buffer): Readable {
  const stream = new Readable({ read: () => undefined });
  if (bytes.length > 0) stream.push(bytes);
  stream.push(null);
  return stream;
}
