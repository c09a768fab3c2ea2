import { Readable } from 'node:stream';

const HIGH_WATER_MARK = 65_536;

/**
 * A request's body, apart from its connection: whoever destroys it, or leaves it unread, leaves the connection able to
 * carry the response. Fails when the client goes before the end.
 */
export class RequestBody extends Readable {
  private started = false;
  private bytes = 0;

  constructor(private readonly source: Readable) {
    super({ highWaterMark: HIGH_WATER_MARK });
    // The client may go when nobody listens any more; that must not end the process.
    this.on('error', ignore);
  }

  /** Bytes that the client has sent so far, as far as anybody asked for them. */
  get received(): number {
    return this.bytes;
  }

  /** Whether the reader waits for the client, not the other way round. */
  get isStarved(): boolean {
    return this.started && !this.readableEnded && this.readableLength === 0;
  }

  override _read(): void {
    if (this.started) {
      this.source.resume();
      return;
    }
    this.started = true;
    if (this.source.destroyed && !this.source.readableEnded) {
      this.destroy(new Error('The client left before the end of its request.'));
      return;
    }
    this.source
      .on('data', (chunk: Buffer) => {
        this.bytes += chunk.length;
        if (!this.destroyed && !this.push(chunk)) this.source.pause();
      })
      .on('end', () => this.push(null))
      .on('error', ignore)
      .on('close', () => {
        if (!this.source.readableEnded) this.destroy(new Error('The client left before the end of its request.'));
      });
  }

  // What is left of the body is read and dropped, else the connection could carry nothing more.
  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (!this.source.destroyed) this.source.resume();
    callback(error);
  }
}

function ignore(): void {
  // The reader of the body hears of it through the body's own failure.
}
