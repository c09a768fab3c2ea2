import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LandfallError } from '../../base/errors.js';
import type { Processes, ProcessExit, ProcessSpec, RunningProcess } from '../contract/process.js';
import { openOutput, type Output, type OnLine } from './output.js';
import { removeRecord, signal, stopRecorded, writeRecord } from './records.js';
import { startTimeOf } from './start-time.js';

export interface ProcessesOptions {
  /** Where running processes are recorded. */
  readonly folder: string;
  readonly logs: string;
  readonly onLine?: OnLine;
}

/** Processes with an end: `close` when none is needed any more. */
export interface OwnedProcesses extends Processes {
  /** Stops what a killed plane left running. */
  sweep(): Promise<void>;
  /** Ends the guard; what still runs is stopped by it. */
  close(): Promise<void>;
}

const defaults = { stopSignal: 'SIGTERM', stopTimeoutSeconds: 30 } as const;

/** Starts programs in process groups of their own (Ctrl-C reaches the plane alone) that a guard stops when the plane is killed. */
export function createProcesses(options: ProcessesOptions): OwnedProcesses {
  mkdirSync(options.folder, { recursive: true });
  let guard: ChildProcess | undefined;
  const start = async (spec: ProcessSpec): Promise<RunningProcess> => {
    guard ??= startGuard(options.folder);
    return startProcess(spec, options);
  };
  return {
    start,
    run: async (spec, abort) => {
      const running = await start(spec);
      const onAbort = () => void running.stop();
      abort?.addEventListener('abort', onAbort, { once: true });
      if (abort?.aborted === true) onAbort();
      return running.exited.finally(() => abort?.removeEventListener('abort', onAbort));
    },
    sweep: () => stopRecorded(options.folder),
    close: async () => {
      const ended = guard;
      guard = undefined;
      if (ended === undefined) return;
      const gone = new Promise((resolve) => ended.once('exit', resolve));
      ended.stdin?.end();
      await gone;
    },
  };
}

/** The guard's own file: compiled, or the source where tests run it. */
function startGuard(folder: string): ChildProcess {
  const source = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(new URL(source ? './guard.ts' : './guard.js', import.meta.url));
  return spawn(process.execPath, [...(source ? ['--import', 'tsx'] : []), file, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
}

async function startProcess(spec: ProcessSpec, { folder, logs, onLine }: ProcessesOptions): Promise<RunningProcess> {
  const child = spawn(spec.command, [...spec.args], {
    cwd: spec.cwd,
    env: { ...spec.env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  await started(child, spec);
  const pid = child.pid ?? 0;
  const { stopSignal, stopTimeoutSeconds } = { ...defaults, ...spec };
  const startTime = (await startTimeOf(pid)) ?? '';
  writeRecord(folder, { name: spec.name, pid, startTime, stopSignal, stopTimeoutSeconds });
  const output = openOutput(logs, spec.name, child, onLine);
  // A program may end before it has read its input.
  child.stdin.on('error', () => undefined).end(spec.stdin ?? '');
  const exited = exitOf(child, output).finally(() => {
    removeRecord(folder, spec.name);
  });
  return {
    pid,
    startTime,
    exited,
    lastLines: () => output.lastLines(),
    stop: () => stopProcess(pid, exited, stopSignal, stopTimeoutSeconds),
  };
}

function started(child: ChildProcess, spec: ProcessSpec): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new LandfallError(
          {
            code: 'PROCESS_NOT_STARTED',
            message: `${spec.command} could not be started in ${spec.cwd}: ${cause.code ?? cause.message}.`,
            fix: 'Check that the program is installed and that the folder exists.',
          },
          { cause },
        ),
      );
    });
  });
}

/** Resolves soon after the exit, even when a grandchild keeps the output open. */
function exitOf(child: ChildProcess, output: Output): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, name) => {
      const done = () => {
        resolve({ code, signal: name, lastLines: output.lastLines() });
      };
      const late = setTimeout(done, 300);
      child.once('close', () => {
        clearTimeout(late);
        done();
      });
    });
  });
}

async function stopProcess(
  pid: number,
  exited: Promise<ProcessExit>,
  stopSignal: NodeJS.Signals,
  timeoutSeconds: number,
): Promise<ProcessExit> {
  signal(pid, stopSignal);
  let late: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (late = setTimeout(resolve, timeoutSeconds * 1000)));
  await Promise.race([exited, timeout]);
  clearTimeout(late);
  for (let tries = 0; signal(-pid, 'SIGKILL') && tries < 100; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return exited;
}
