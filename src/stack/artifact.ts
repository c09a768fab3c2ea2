import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LandfallError } from '../base/errors.js';
import type { ArtifactFile } from './layer.js';
import type { Manifest } from './manifest.js';
import type { Stack } from './stack.js';
import { readTerraformJson } from './terraform-read.js';

/** Folders that hold nothing but generated files: emptied before they are written. */
const ownedFolders = ['gateway', 'lambda'];

/** Writes the artifact: files first beside their place, then renamed. Files that are not Landfall's stay. */
export async function writeArtifact(folder: string, files: readonly ArtifactFile[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(ownedFolders.map((name) => rm(join(folder, name), { recursive: true, force: true })));
  for (const { path, content } of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    const temporary = `${file}.${randomUUID()}.tmp`;
    await writeFile(temporary, content);
    await rename(temporary, file);
  }
}

/** What readers of an artifact start from. */
export interface Artifact {
  readonly stack: Stack;
  readonly manifest: Manifest;
}

/** @throws LandfallError `ARTIFACT_UNREADABLE` */
export async function readArtifact(folder: string): Promise<Artifact> {
  try {
    const [main, manifest] = await Promise.all([
      readFile(join(folder, 'main.tf.json'), 'utf8'),
      readFile(join(folder, 'manifest.json'), 'utf8'),
    ]);
    return { stack: readTerraformJson(main), manifest: JSON.parse(manifest) as Manifest };
  } catch (cause) {
    if (cause instanceof LandfallError) throw cause;
    throw new LandfallError(
      {
        code: 'ARTIFACT_UNREADABLE',
        message: 'The generated artifact cannot be read.',
        fix: 'Run infra:generate or infra:deploy again.',
        path: folder,
      },
      { cause },
    );
  }
}

/** A hash of files, independent of their order. */
export function hashFiles(files: readonly ArtifactFile[]): string {
  const hash = createHash('sha256');
  for (const { path, content } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${path}\0${String(Buffer.byteLength(content))}\0`).update(content);
  }
  return hash.digest('hex');
}
