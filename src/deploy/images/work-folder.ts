import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

const prefix = 'landfall-images-';
const noteSchema = z.array(z.string().refine((folder) => basename(folder).startsWith(prefix)));

/**
 * Works in a new folder that is gone afterwards. It stands below the system's temporary folder: inside the project a build would find the project's
 * own `node_modules`. Its name is noted, so that after a killed run the next one removes what that left.
 * @param note file in a folder that one run at a time works in
 */
export async function withWorkFolder<T>(note: string, work: (folder: string) => Promise<T>): Promise<T> {
  const left = await removeAll(await foldersIn(note));
  const folder = join(tmpdir(), `${prefix}${randomUUID()}`);
  await mkdir(dirname(note), { recursive: true });
  await writeFile(note, JSON.stringify([...left, folder]));
  // It will hold secrets of builds.
  await mkdir(folder, { mode: 0o700 });
  try {
    return await work(folder);
  } finally {
    const still = await removeAll([...left, folder]);
    await (still.length === 0 ? rm(note, { force: true }) : writeFile(note, JSON.stringify(still)));
  }
}

async function foldersIn(note: string): Promise<readonly string[]> {
  const text = await readFile(note, 'utf8').catch(() => '[]');
  try {
    return noteSchema.safeParse(JSON.parse(text)).data ?? [];
  } catch {
    // Killed while it was written.
    return [];
  }
}

/** @returns those that could not be removed: a program of the killed run may still write there */
async function removeAll(folders: readonly string[]): Promise<readonly string[]> {
  const options = { recursive: true, force: true, maxRetries: 3, retryDelay: 200 };
  const removed = await Promise.all(
    folders.map((folder) =>
      rm(folder, options).then(
        () => true,
        () => false,
      ),
    ),
  );
  return folders.filter((_folder, index) => removed[index] !== true);
}
