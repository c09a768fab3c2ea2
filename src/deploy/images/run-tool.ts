import { execa } from 'execa';

/** How a tool is run. */
export interface ToolRun {
  readonly cwd?: string;
  /** Added to the environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to its standard input: the way for credentials, which no command line may hold. */
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
  /** Gets each line that it writes. */
  readonly say?: (line: string) => void;
  /** Goes over each line before anyone gets it. */
  readonly hide?: (line: string) => string;
}

/** How a tool ended. */
export interface ToolEnd {
  /** Undefined when it could not be started or was stopped. */
  readonly exitCode: number | undefined;
  /** The last lines of what it wrote, 40 at most. */
  readonly lastLines: readonly string[];
}

/**
 * Runs a program to its end. Never throws for how it ended; throws the signal's reason when it was stopped by it, with all that it has started:
 * what an install or a build script starts would hold the output open.
 */
export async function runTool(program: string, args: readonly string[], run: ToolRun = {}): Promise<ToolEnd> {
  run.signal?.throwIfAborted();
  const lastLines: string[] = [];
  const child = execa(program, args, {
    all: true,
    buffer: false,
    reject: false,
    stdin: run.input === undefined ? 'ignore' : 'pipe',
    ...(run.input !== undefined && { input: run.input }),
    ...(run.cwd !== undefined && { cwd: run.cwd }),
    ...(run.env !== undefined && { env: run.env }),
    // A process group of its own.
    detached: true,
  });
  const stop = () => stopGroup(child.pid);
  run.signal?.addEventListener('abort', stop, { once: true });
  for await (const written of child.iterable({ from: 'all' })) {
    const line = run.hide?.(written) ?? written;
    lastLines.push(line);
    if (lastLines.length > 40) lastLines.shift();
    run.say?.(line);
  }
  const { exitCode, failed, message } = await child;
  run.signal?.removeEventListener('abort', stop);
  run.signal?.throwIfAborted();
  if (failed && exitCode === undefined) lastLines.push(message ?? '');
  return { exitCode, lastLines };
}

/** Lets a process group end by itself; what is left of it after five seconds is killed. */
function stopGroup(id: number | undefined): void {
  if (id === undefined) return;
  signalGroup(id, 'SIGTERM');
  setTimeout(() => signalGroup(id, 'SIGKILL'), 5_000).unref();
}

function signalGroup(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-id, signal);
  } catch {
    // It has ended.
  }
}

/** How a program that is only asked behaves: well within ten seconds, or not, or it is not on the PATH. */
export async function probe(program: string, args: readonly string[]): Promise<'well' | 'badly' | 'absent'> {
  const { failed, code } = await execa(program, args, { reject: false, stdin: 'ignore', timeout: 10_000 });
  if (code === 'ENOENT') return 'absent';
  return failed ? 'badly' : 'well';
}
