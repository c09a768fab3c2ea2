import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files below a folder that hold one of the texts, as they are or as JSON, base64 or a URL writes them; links are not followed. */
export async function filesWith(folder: string, needles: readonly string[]): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const wanted = needles.flatMap(spellings);
  const found: string[] = [];
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const file = join(entry.parentPath, entry.name);
    const content = await readFile(file).catch(() => Buffer.alloc(0));
    if (wanted.some((needle) => content.includes(needle))) found.push(file);
  }
  return found;
}

/** Which of the texts a text holds, such as a log, an error or a plan. */
export function plantedIn(text: string, needles: readonly string[]): readonly string[] {
  return needles.filter((needle) => spellings(needle).some((one) => text.includes(one)));
}

/** Command lines of running processes that hold one of the texts; none where the system shows none (macOS). */
export async function commandLinesWith(needles: readonly string[]): Promise<readonly string[]> {
  const ids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => plantedIn(line, needles).length > 0).map((line) => line.replaceAll('\0', ' '));
}

const spellings = (text: string): readonly string[] => [
  ...new Set([text, JSON.stringify(text).slice(1, -1), Buffer.from(text).toString('base64'), encodeURIComponent(text)]),
];
