import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { LandfallError } from '../../base/errors.js';
import type { Processes, ProcessExit, ProcessSpec, RunningProcess } from '../contract/process.js';
import { killGroup, signal } from './group.js';
import { createGuard } from './guarding.js';
import { openOutput, type Output, type OnLine } from './output.js';
import { recordFile, removeRecord, stopRecorded, writeRecord } from './records.js';
import { lookUp } from '../../base/start-time.js';

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

/** How long output may come after the last process of the group has gone. */
const lateOutputMilliseconds = 300;

/** Starts programs in process groups of their own (Ctrl-C reaches the plane alone) that a guard stops when the plane is killed. */
export function createProcesses(options: ProcessesOptions): OwnedProcesses {
  mkdirSync(options.folder, { recursive: true });
  const guard = createGuard(options.folder);
  const start = async (spec: ProcessSpec): Promise<RunningProcess> => {
    guard.ensure();
    return startProcess(spec, options);
  };
  return {
    start,
    run: async (spec, abort) => {
      abort?.throwIfAborted();
      const running = await start(spec);
      const onAbort = () => void running.stop();
      abort?.addEventListener('abort', onAbort, { once: true });
      if (abort?.aborted === true) onAbort();
      return running.exited.finally(() => abort?.removeEventListener('abort', onAbort));
    },
    sweep: () => stopRecorded(options.folder),
    close: () => guard.close(),
  };
}

/** Nothing is awaited before the record stands and the end is listened for: a program may end, or the plane be killed, at any time. */
async function startProcess(spec: ProcessSpec, { folder, logs, onLine }: ProcessesOptions): Promise<RunningProcess> {
  const child = spawnChild(spec);
  const { pid } = child;
  if (pid === undefined) throw await failureOf(child, spec);
  const { stopSignal, stopTimeoutSeconds } = { ...defaults, ...spec };
  const identity = { pid, startTime: lookUp(pid)?.startTime ?? '' };
  const file = recordFile(folder, spec.name, pid);
  try {
    writeRecord(file, { ...identity, stopSignal, stopTimeoutSeconds });
  } catch (cause) {
    await killGroup(pid);
    throw notStarted(spec, 'its record could not be written', cause);
  }
  const output = openOutput(logs, spec.name, child, onLine);
  const state = { ended: false };
  const exited = exitOf(child, pid, output, state).finally(() => {
    removeRecord(file, identity);
  });
  // A program may end before it has read its input.
  child.stdin.on('error', () => undefined).end(spec.stdin ?? '');
  let stopped: Promise<ProcessExit> | undefined;
  return {
    ...identity,
    exited,
    lastLines: () => output.lastLines(),
    // Once it has ended its id may be another's: nothing is signalled then.
    stop: () => (stopped ??= stopProcess(pid, exited, state, { stopSignal, stopTimeoutSeconds })),
  };
}

function spawnChild(spec: ProcessSpec): ChildProcessWithoutNullStreams {
  try {
    return spawn(spec.command, [...spec.args], {
      cwd: spec.cwd,
      env: { ...spec.env },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Node's own words may hold the value of a variable.
    throw notStarted(spec, code ?? 'its arguments or environment are not valid', undefined);
  }
}

async function failureOf(child: ChildProcessWithoutNullStreams, spec: ProcessSpec): Promise<LandfallError> {
  const cause = await new Promise<NodeJS.ErrnoException>((resolve) => child.once('error', resolve));
  const why = existsSync(spec.cwd) ? (cause.code ?? cause.message) : 'the folder does not exist';
  return notStarted(spec, why, cause);
}

function notStarted(spec: ProcessSpec, why: string, cause: unknown): LandfallError {
  return new LandfallError(
    {
      code: 'PROCESS_NOT_STARTED',
      message: `${spec.command} could not be started in ${spec.cwd}: ${why}.`,
      fix: 'Check that the program is installed and that the folder exists.',
    },
    { cause },
  );
}

/** Resolves when the program, the rest of its group and its output have ended. */
function exitOf(
  child: ChildProcessWithoutNullStreams,
  pid: number,
  output: Output,
  state: { ended: boolean },
): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, name) => {
      state.ended = true;
      void killGroup(pid).then(async () => {
        const late = setTimeout(() => output.cut(), lateOutputMilliseconds);
        await output.written;
        clearTimeout(late);
        resolve({ code, signal: name, lastLines: output.lastLines() });
      });
    });
  });
}

/** To the leader alone, as a container's stop reaches its first process alone; its end, or the time's, ends the group. */
function stopProcess(
  pid: number,
  exited: Promise<ProcessExit>,
  state: { readonly ended: boolean },
  { stopSignal, stopTimeoutSeconds }: Required<Pick<ProcessSpec, 'stopSignal' | 'stopTimeoutSeconds'>>,
): Promise<ProcessExit> {
  if (state.ended) return exited;
  signal(pid, stopSignal);
  const timeout = setTimeout(() => state.ended || signal(-pid, 'SIGKILL'), stopTimeoutSeconds * 1000);
  return exited.finally(() => {
    clearTimeout(timeout);
  });
}
