import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Bucket, BucketObject } from '../../../local/contract/context.js';

const versionSchema = z.object({
  id: z.string(),
  /** Null for a delete marker. */
  file: z.string().nullable(),
  etag: z.string(),
  size: z.number(),
  contentType: z.string(),
  cacheControl: z.string(),
  /** ISO 8601. */
  lastModified: z.string(),
});

/** One version of an object. */
export type Version = Readonly<z.infer<typeof versionSchema>>;

/** By key, newest first. */
const indexSchema = z.object({ objects: z.record(z.string(), z.array(versionSchema)) });

/** Larger ones are streamed. */
const bufferedBytes = 65_536;

/** A versioned bucket in a folder: immutable version files, and an index that is replaced as a whole. */
export class BucketStore implements Bucket {
  #index: ReadonlyMap<string, readonly Version[]> = new Map();
  /** Changes that no index on disk has yet, and the writing that will have them. */
  #pending: (readonly [key: string, version: Version])[] = [];
  #flush: Promise<void> | undefined;
  #written: Promise<void> = Promise.resolve();

  private constructor(
    readonly folder: string,
    private readonly now: () => number,
  ) {}

  /** @throws when an index is there that cannot be read */
  static async open(folder: string, now: () => number): Promise<BucketStore> {
    const store = new BucketStore(folder, now);
    await mkdir(join(folder, 'versions'), { recursive: true });
    const text = await readFile(join(folder, 'index.json'), 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text !== undefined) store.#index = new Map(Object.entries(indexSchema.parse(JSON.parse(text)).objects));
    return store;
  }

  /** The newest version; undefined when there is none, or it is a delete marker. */
  current(key: string): Version | undefined {
    const newest = this.#index.get(key)?.[0];
    return newest?.file === null ? undefined : newest;
  }

  /** All versions, newest first, delete markers too. */
  versions(key: string): readonly Version[] {
    return this.#index.get(key) ?? [];
  }

  /** The bytes of a version, or some of them; `end` is the last one. */
  async read(
    { file, size }: Version,
    part?: { readonly start: number; readonly end: number },
  ): Promise<Buffer | Readable> {
    if (file === null) return Buffer.alloc(0);
    const path = join(this.folder, 'versions', file);
    if (size <= bufferedBytes) {
      const whole = await readFile(path);
      return part === undefined ? whole : whole.subarray(part.start, part.end + 1);
    }
    return (await open(path)).createReadStream(part);
  }

  keys(): Promise<readonly string[]> {
    return Promise.resolve([...this.#index.keys()].filter((key) => this.current(key) !== undefined).sort());
  }

  async put({ key, body, contentType, cacheControl }: BucketObject): Promise<boolean> {
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    const current = this.current(key);
    if (current?.etag === etag && current.contentType === contentType && current.cacheControl === cacheControl)
      return false;
    const id = randomUUID();
    await writeFile(join(this.folder, 'versions', id), body, { flag: 'wx', flush: true });
    await this.#add(key, { ...this.#fresh(id), file: id, etag, size: body.length, contentType, cacheControl });
    return true;
  }

  async remove(key: string): Promise<void> {
    if (this.current(key) !== undefined) await this.#add(key, this.#fresh(randomUUID()));
  }

  /** A delete marker. */
  #fresh(id: string): Version {
    const lastModified = new Date(this.now()).toISOString();
    return { id, file: null, etag: '', size: 0, contentType: '', cacheControl: '', lastModified };
  }

  /** Resolves when the index on disk has it. Changes that come while one is written share the next. */
  #add(key: string, version: Version): Promise<void> {
    this.#pending.push([key, version]);
    this.#flush ??= this.#written.then(() => this.#write());
    this.#written = this.#flush.catch(() => undefined);
    return this.#flush;
  }

  async #write(): Promise<void> {
    const changes = this.#pending;
    this.#pending = [];
    this.#flush = undefined;
    const index = new Map(this.#index);
    for (const [key, version] of changes) index.set(key, [version, ...(index.get(key) ?? [])]);
    const temporary = join(this.folder, `index.json.${randomUUID()}.tmp`);
    await writeFile(temporary, JSON.stringify({ objects: Object.fromEntries(index) }, null, 2), { flush: true });
    await rename(temporary, join(this.folder, 'index.json'));
    this.#index = index;
  }
}
