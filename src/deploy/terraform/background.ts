import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, startTimeOf } from '../../base/start-time.js';

/** One run of a program that outlives Landfall: killed half-way, Terraform would leave its lock and lose what it had just made. */
export interface BackgroundRun {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where its output and the record of its process stand. */
  readonly folder: string;
  /** The file to which its output is added; default: one of its own, begun anew. */
  readonly journal?: string;
  readonly signal: AbortSignal;
  onLine(line: string): void;
}

interface Ended {
  readonly code: number | null;
  /** There when it was killed. */
  readonly killedBy: string | null;
  readonly errors: string;
}

interface Running {
  readonly pid: number;
  readonly startTime: string;
}

const pollMilliseconds = 100;

/**
 * Runs it in a process group of its own, with its output in files, and follows the output. An abort is passed on once, as SIGINT:
 * Terraform then ends what it does and saves the state.
 * @returns the exit code, or the signal that killed it, and what it wrote to its error stream
 */
export async function runInBackground(run: BackgroundRun): Promise<Ended> {
  await mkdir(run.folder, { recursive: true, mode: 0o700 });
  const files = { ...filesIn(run.folder), ...(run.journal !== undefined && { out: run.journal }) };
  const [out, err] = await Promise.all([
    open(files.out, run.journal === undefined ? 'w' : 'a', 0o600),
    open(files.err, 'w', 0o600),
  ]);
  // A run that was cut off may have left half a line.
  if (run.journal !== undefined) await out.write('\n');
  const { size: start } = await out.stat();
  const child = spawn(run.file, run.args, {
    cwd: run.cwd,
    env: { ...run.env },
    detached: true,
    stdio: ['ignore', out.fd, err.fd],
  });
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
  const { pid } = child;
  if (pid !== undefined) {
    const startTime = (await startTimeOf(pid)) ?? '';
    await writeFile(files.running, JSON.stringify({ pid, startTime } satisfies Running)).catch(
      async (error: unknown) => {
        // Without a record the next command would not wait for it: it must not outlive this one.
        child.kill('SIGINT');
        await exit;
        await rm(files.running, { force: true });
        throw error;
      },
    );
  }
  const interrupt = () => void child.kill('SIGINT');
  if (run.signal.aborted) interrupt();
  run.signal.addEventListener('abort', interrupt, { once: true });
  const ended = { now: false };
  const following = followLines({ file: files.out, start }, run.onLine, () => ended.now);
  try {
    const [code, killedBy] = await exit;
    ended.now = true;
    await following;
    return { code, killedBy, errors: await readFile(files.err, 'utf8') };
  } finally {
    ended.now = true;
    run.signal.removeEventListener('abort', interrupt);
    await Promise.all([out.close(), err.close(), rm(files.running, { force: true })]);
  }
}

/**
 * Waits until a run that an interrupted command left behind has ended.
 * @param onWait called once when there is one
 * @returns whether there was one
 */
export async function waitForLeftBehind(folder: string, signal: AbortSignal, onWait: () => void): Promise<boolean> {
  const files = filesIn(folder);
  const running = await recordIn(files.running);
  if (running === undefined) return false;
  const alive = () => isAlive(running.pid, running.startTime);
  const waits = await alive();
  if (waits) {
    onWait();
    const interrupt = () => void process.kill(running.pid, 'SIGINT');
    signal.addEventListener('abort', interrupt, { once: true });
    while (await alive()) await sleep(pollMilliseconds);
    signal.removeEventListener('abort', interrupt);
  }
  await rm(files.running, { force: true });
  return waits;
}

/** Undefined when there is none; one that a full disk cut off is of a run that was stopped at once. */
async function recordIn(file: string): Promise<Running | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    return JSON.parse(text) as Running;
  } catch {
    return undefined;
  }
}

const filesIn = (folder: string) => ({
  out: join(folder, 'output.jsonl'),
  err: join(folder, 'errors.txt'),
  running: join(folder, 'running.json'),
});

/** Calls `onLine` for each line that is written to the file from `start` on, until `ended` and nothing more stands there. */
async function followLines(
  { file, start }: { readonly file: string; readonly start: number },
  onLine: (line: string) => void,
  ended: () => boolean,
): Promise<void> {
  let position = start;
  const handle = await open(file, 'r');
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(64 * 1024);
  let rest = '';
  try {
    for (;;) {
      const last = ended();
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
      position += bytesRead;
      if (bytesRead > 0) {
        const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split('\n');
        rest = lines.pop() ?? '';
        lines.forEach(onLine);
      } else if (last) break;
      else await sleep(pollMilliseconds);
    }
  } finally {
    await handle.close();
  }
  if (rest !== '') onLine(rest);
}
