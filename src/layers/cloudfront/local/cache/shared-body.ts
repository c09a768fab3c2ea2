import { Readable } from 'node:stream';

interface Reader {
  /** Number of the chunk it gets next. */
  position: number;
  isWaiting: boolean;
}

/**
 * A body on its way from an origin that any number of viewers read as it comes, each at its own speed, and that is handed over when it
 * is whole. The origin is read as fast as the fastest viewer; once the body is longer than the limit, only as fast as the slowest,
 * and what all have read is let go. When no viewer is left, the origin is left too.
 */
export class SharedBody {
  readonly #readers = new Map<Readable, Reader>();
  #chunks: Buffer[] = [];
  /** Number of the first chunk that is still here. */
  #first = 0;
  #bytes = 0;
  #isTooLong = false;
  #end: 'open' | 'ended' | Error = 'open';

  /** @param whole gets the body when all of it came and it is within `limit` bytes */
  constructor(
    private readonly source: Readable,
    private readonly limit: number,
    private readonly whole: (body: Buffer) => void,
  ) {
    source.on('data', (chunk: Buffer) => this.#arrived(chunk));
    source.once('end', () => this.#ended());
    source.on('error', (error) => this.#failed(error));
    source.once('close', () => this.#failed(new Error('The origin closed the connection.')));
    source.pause();
  }

  /** Whether a new reader would still get the beginning. */
  get isOpenToReaders(): boolean {
    return this.#first === 0 && !(this.#end instanceof Error);
  }

  /** The body from its beginning. */
  reader(): Readable {
    const reader = new Readable({
      read: () => this.#wanted(reader),
      destroy: (error, done) => {
        this.#readers.delete(reader);
        if (this.#readers.size === 0 && this.#end === 'open') this.source.destroy();
        done(error);
      },
    });
    // It may fail before the viewer's connection listens.
    reader.on('error', () => undefined);
    this.#readers.set(reader, { position: 0, isWaiting: false });
    return reader;
  }

  #wanted(reader: Readable): void {
    const state = this.#readers.get(reader);
    if (state === undefined) return;
    state.isWaiting = true;
    this.#feed(reader, state);
    this.#pace();
  }

  #arrived(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#isTooLong ||= this.#bytes > this.limit;
    for (const [reader, state] of this.#readers) this.#feed(reader, state);
    this.#letGo();
    this.#pace();
  }

  #feed(reader: Readable, state: Reader): void {
    while (state.isWaiting) {
      const chunk = this.#chunks[state.position - this.#first];
      if (chunk === undefined) break;
      state.position += 1;
      state.isWaiting = reader.push(chunk);
    }
    if (this.#end === 'ended' && state.position === this.#first + this.#chunks.length) reader.push(null);
  }

  #letGo(): void {
    if (!this.#isTooLong) return;
    const read = Math.min(...[...this.#readers.values()].map(({ position }) => position));
    if (!Number.isFinite(read) || read === this.#first) return;
    this.#chunks = this.#chunks.slice(read - this.#first);
    this.#first = read;
  }

  #pace(): void {
    const states = [...this.#readers.values()];
    const isHungry = ({ isWaiting }: Reader) => isWaiting;
    if (this.#isTooLong ? states.every(isHungry) : states.some(isHungry)) this.source.resume();
    else this.source.pause();
  }

  #ended(): void {
    this.#end = 'ended';
    if (!this.#isTooLong) this.whole(Buffer.concat(this.#chunks));
    for (const [reader, state] of this.#readers) this.#feed(reader, state);
  }

  #failed(error: Error): void {
    if (this.#end !== 'open') return;
    this.#end = error;
    for (const reader of this.#readers.keys()) reader.destroy(error);
  }
}
