import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LandfallError } from '../base/errors.js';
import type { Attributes } from '../stack/layer.js';

/** What the local plane remembers of one resource. Never holds a secret. */
export interface ResourceState {
  readonly type: string;
  /** Of the arguments as they were applied. */
  readonly hash: string;
  readonly attributes: Attributes;
  /** Addresses it needs: destroyed after it. */
  readonly dependencies: readonly string[];
}

/** `state.json` of one environment's local plane. */
export interface LocalState {
  readonly version: 1;
  readonly portBase: number;
  /** `--task-start` of the last deploy; default 0. */
  readonly taskStartSeconds?: number;
  /** Root variables of the last deploy: the images' digests. */
  readonly variables: Readonly<Record<string, string>>;
  /** By service, the content that was uploaded last. */
  readonly sites: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, ResourceState>>;
}

/** @returns undefined when there is none. @throws LandfallError `STATE_UNREADABLE` */
export async function readState(file: string): Promise<LocalState | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    const state = JSON.parse(text) as LocalState;
    if ((state.version as number) === 1) return state;
    throw new Error(`version ${String(state.version)}`);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new LandfallError(
      {
        code: 'STATE_UNREADABLE',
        message: 'The state of the local plane cannot be read.',
        fix: `Restore ${file} from a copy, or remove its folder to start afresh (local data is lost then).`,
        path: file,
      },
      { cause },
    );
  }
}

/** Writes beside, syncs, renames: a reader sees the old state or the new, never half of one. */
export async function writeState(file: string, state: LocalState): Promise<void> {
  await writeAtomically(file, `${JSON.stringify(state, null, 2)}\n`);
}

/** Replaces `file` as a whole, readable by its owner alone. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

/** A JSON file's content; undefined when it is absent or unreadable, for records that can be made again. */
export async function readJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
