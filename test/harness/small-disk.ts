import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

export interface SmallDisk {
  readonly folder: string;
  unmount(): Promise<void>;
}

/** A disk of its own, in memory. @param folder is made */
export async function mountSmallDisk(folder: string, kilobytes: number): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true });
  await exec('mount', ['-t', 'tmpfs', '-o', `size=${String(kilobytes)}k`, 'tmpfs', folder]);
  return {
    folder,
    unmount: async () => {
      await exec('umount', [folder]);
    },
  };
}

/** Why none can be mounted here; undefined when one can. */
export async function smallDiskAbsent(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-disk-'));
  try {
    await (await mountSmallDisk(folder, 64)).unmount();
    return undefined;
  } catch {
    return '(skipped: no disk can be mounted here)';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
