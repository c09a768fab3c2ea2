/** A program to run. */
export interface ProcessSpec {
  /** Names its log file and its messages, such as `offers-service-1`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. Never written to disk or shown. */
  readonly env: Readonly<Record<string, string>>;
  /** Written to the program's standard input, then closed. */
  readonly stdin?: string;
  /** The polite signal; default `SIGTERM`. */
  readonly stopSignal?: NodeJS.Signals;
  /** How long after the polite signal it is killed; default 30. */
  readonly stopTimeoutSeconds?: number;
}

/** How a program ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Its last lines, standard output and error together, oldest first. */
  readonly lastLines: readonly string[];
}

/** A program that runs, alone in a process group of its own. */
export interface RunningProcess {
  readonly pid: number;
  /** As the system tells it (ticks since boot on Linux): with `pid` it names one process for ever. */
  readonly startTime: string;
  readonly exited: Promise<ProcessExit>;
  /** Its last lines so far. */
  lastLines(): readonly string[];
  /** Sends the polite signal, waits, kills what is left of the group. Resolves when all of it is gone. */
  stop(): Promise<ProcessExit>;
}

/** Starts and stops programs; children die with the plane even when it is killed with SIGKILL. */
export interface Processes {
  /** @throws LandfallError `PROCESS_NOT_STARTED` when the command cannot be run */
  start(spec: ProcessSpec): Promise<RunningProcess>;
  /** Runs a program to its end. */
  run(spec: ProcessSpec, signal?: AbortSignal): Promise<ProcessExit>;
}
