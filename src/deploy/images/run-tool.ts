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

/** Runs a program to its end. Never throws for how it ended; throws the signal's reason when it was stopped by it. */
export async function runTool(program: string, args: readonly string[], run: ToolRun = {}): Promise<ToolEnd> {
  const lastLines: string[] = [];
  const child = execa(program, args, {
    all: true,
    buffer: false,
    reject: false,
    stdin: run.input === undefined ? 'ignore' : 'pipe',
    ...(run.input !== undefined && { input: run.input }),
    ...(run.cwd !== undefined && { cwd: run.cwd }),
    ...(run.env !== undefined && { env: run.env }),
    ...(run.signal !== undefined && { cancelSignal: run.signal }),
  });
  for await (const written of child.iterable({ from: 'all' })) {
    const line = run.hide?.(written) ?? written;
    lastLines.push(line);
    if (lastLines.length > 40) lastLines.shift();
    run.say?.(line);
  }
  const { exitCode, failed, message } = await child;
  run.signal?.throwIfAborted();
  if (failed && exitCode === undefined) lastLines.push(message ?? '');
  return { exitCode, lastLines };
}

/** Whether a program is there and answers well within ten seconds. */
export async function answers(program: string, args: readonly string[]): Promise<boolean> {
  const { exitCode } = await runTool(program, args, { signal: AbortSignal.timeout(10_000) }).catch(() => ({
    exitCode: 1,
  }));
  return exitCode === 0;
}
