import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { checkDocument } from '../../src/cli/documents.js';

const bin = fileURLToPath(new URL('../../bin/landfall.js', import.meta.url));

/** How a command ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as a user does, in a process of its own. What it prints with `--json` must be as published. `onError` sees its progress. */
export async function landfall(folder: string, args: readonly string[], options: Options = {}): Promise<CommandResult> {
  const result = await start(folder, args, options);
  const [command = ''] = args;
  if (args.includes('--json')) await checkDocument(command, result.code, result.stdout);
  return result;
}

interface Options {
  readonly input?: string;
  readonly onError?: (text: string) => void;
  readonly env?: Readonly<Record<string, string>>;
}

function start(
  folder: string,
  args: readonly string[],
  { input = '', onError, env = {} }: Options,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      onError?.(chunk.toString());
    });
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
    child.stdin.end(input);
  });
}

/** The document that a command with `--json` prints. @throws with what it said when it failed */
export async function landfallJson<T>(
  folder: string,
  args: readonly string[],
  onError?: (text: string) => void,
): Promise<T> {
  const { code, stdout, stderr } = await landfall(folder, [...args, '--json'], onError && { onError });
  if (code !== 0)
    throw new Error(`landfall ${args.join(' ')} ended with ${String(code)}:\n${stdout}\n${stderr.slice(-3000)}`);
  return JSON.parse(stdout) as T;
}

/** The problems that a failed command with `--json` prints. */
export interface PrintedErrors {
  readonly errors: readonly {
    readonly code: string;
    readonly message: string;
    readonly fix: string;
    readonly path: string | null;
  }[];
}
