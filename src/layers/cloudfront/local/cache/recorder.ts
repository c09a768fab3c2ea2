import { Readable } from 'node:stream';
import type { HttpResponse } from '../../../../local/contract/http.js';
import { header, without } from '../../../../local/http/headers.js';
import { timesOf, type Entry, type Validators } from './entry.js';
import type { Lifetime } from './lifetime.js';
import { SharedBody } from './shared-body.js';

/** An answer as it can be given: one that is kept, or one on its way. */
export type Recorded = ({ readonly entry: Entry } | { readonly response: HttpResponse; readonly isError: boolean }) & {
  /** The same answer for another viewer; absent or undefined where it may not be shared. */
  readonly again?: () => Recorded | undefined;
};

/** How an answer is kept. */
export interface Keeping {
  readonly path: string;
  readonly isError: boolean;
  readonly validators: Validators;
  readonly lifetime: Lifetime;
  readonly now: number;
}

interface Recording {
  readonly path: string;
  isDiscarded: boolean;
}

/** Keeps answers while they pass: a viewer gets each chunk as it comes. */
export class Recorder {
  readonly #open = new Set<Recording>();

  /** @param maxObjectBytes longer bodies pass and are not kept */
  constructor(
    private readonly maxObjectBytes: number,
    private readonly keep: (key: string, entry: Entry) => void,
  ) {}

  record(key: string, response: HttpResponse, keeping: Keeping): Recorded {
    const { path, isError, validators, lifetime, now } = keeping;
    const headers = without(response.headers, 'age');
    const times = timesOf(lifetime, response.headers, now);
    const entryOf = (body: Buffer | null): Entry => ({
      ...{ path, status: response.status, headers, body, isError, validators },
      ...times,
    });
    const isShared = lifetime.fresh > 0;
    const { body } = response;
    if (!(body instanceof Readable)) {
      if ((body?.length ?? 0) <= this.maxObjectBytes) this.keep(key, entryOf(body));
      const again = (): Recorded => ({ response, isError });
      return { response, isError, ...(isShared && { again }) };
    }
    const announced = header(response.headers, 'content-length');
    const recording: Recording = { path, isDiscarded: false };
    this.#open.add(recording);
    const shared = new SharedBody(body, this.maxObjectBytes, (whole) => {
      const isWhole = announced === undefined || Number(announced) === whole.length;
      if (isWhole && !recording.isDiscarded) this.keep(key, entryOf(whole));
    });
    body.once('close', () => this.#open.delete(recording));
    const again = (): Recorded | undefined =>
      shared.isOpenToReaders ? { response: { ...response, body: shared.reader() }, isError } : undefined;
    return { response: { ...response, body: shared.reader() }, isError, ...(isShared && { again }) };
  }

  /** What is on its way under these paths is not kept. */
  discard(isMeant: (path: string) => boolean): void {
    for (const recording of this.#open) recording.isDiscarded ||= isMeant(recording.path);
  }
}
