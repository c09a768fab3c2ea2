import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bucket, BucketObject } from '../../../local/contract/context.js';

/** One version of an object; `file` is null for a delete marker. */
export interface Version {
  readonly id: string;
  readonly file: string | null;
  readonly etag: string;
  readonly size: number;
  readonly contentType: string;
  readonly cacheControl: string;
  /** ISO 8601. */
  readonly lastModified: string;
}

interface Index {
  /** By key, newest first. */
  readonly objects: Readonly<Record<string, readonly Version[]>>;
}

/** A versioned bucket in a folder: immutable version files, and an index that is replaced as a whole. */
export class BucketStore implements Bucket {
  #index: Index = { objects: {} };
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    private readonly now: () => number,
  ) {}

  static async open(folder: string, now: () => number): Promise<BucketStore> {
    const store = new BucketStore(folder, now);
    await mkdir(join(folder, 'versions'), { recursive: true });
    const text = await readFile(join(folder, 'index.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) store.#index = JSON.parse(text) as Index;
    return store;
  }

  /** The newest version; undefined when there is none, or it is a delete marker. */
  current(key: string): Version | undefined {
    const newest = this.#index.objects[key]?.[0];
    return newest?.file === null ? undefined : newest;
  }

  /** The bytes of a version. */
  read({ file }: Version): Promise<Buffer> {
    return file === null ? Promise.resolve(Buffer.alloc(0)) : readFile(join(this.folder, 'versions', file));
  }

  keys(): Promise<readonly string[]> {
    return Promise.resolve(
      Object.keys(this.#index.objects)
        .filter((key) => this.current(key) !== undefined)
        .sort(),
    );
  }

  async put({ key, body, contentType, cacheControl }: BucketObject): Promise<boolean> {
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    const current = this.current(key);
    if (current?.etag === etag && current.contentType === contentType && current.cacheControl === cacheControl)
      return false;
    const id = randomUUID();
    await writeFile(join(this.folder, 'versions', id), body, { flag: 'wx', flush: true });
    await this.#prepend(key, {
      id,
      file: id,
      etag,
      size: body.length,
      contentType,
      cacheControl,
      lastModified: this.#time(),
    });
    return true;
  }

  async remove(key: string): Promise<void> {
    if (this.current(key) === undefined) return;
    await this.#prepend(key, {
      id: randomUUID(),
      file: null,
      etag: '',
      size: 0,
      contentType: '',
      cacheControl: '',
      lastModified: this.#time(),
    });
  }

  #time(): string {
    return new Date(this.now()).toISOString();
  }

  #prepend(key: string, version: Version): Promise<void> {
    const next = this.#turn.then(async () => {
      const index: Index = {
        objects: { ...this.#index.objects, [key]: [version, ...(this.#index.objects[key] ?? [])] },
      };
      const temporary = join(this.folder, `index.json.${randomUUID()}.tmp`);
      await writeFile(temporary, JSON.stringify(index, null, 2), { flush: true });
      await rename(temporary, join(this.folder, 'index.json'));
      this.#index = index;
    });
    this.#turn = next.catch(() => undefined);
    return next;
  }
}
