import type { LocalContext } from '../../../local/contract/context.js';
import type { RunningProcess } from '../../../local/contract/process.js';
import type { BegunInvocation, Invocation, RuntimeApi, Seat } from './runtime-api.js';

/** What came of an invocation. */
export interface Outcome {
  readonly payload: Uint8Array;
  readonly failed: boolean;
}

/** How an execution environment is started. */
export interface EnvironmentPlan {
  readonly name: string;
  readonly folder: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Without what belongs to one environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/** How long the code may take to be loaded. Lambda gives ten seconds; a busy machine needs more. */
const loadSeconds = 60;

/** One execution environment: a process that has loaded the code and takes one invocation at a time. */
export class ExecutionEnvironment {
  #process: RunningProcess | undefined;
  #waiting: ((invocation: BegunInvocation) => void) | undefined;
  #next: Invocation | undefined;
  #running: { readonly id: string; readonly settle: (outcome: Outcome) => void } | undefined;
  #initError: Uint8Array | undefined;
  #cancel: () => void = () => undefined;
  readonly #remove: () => void;
  readonly #address: string;
  /** It can be used no more. */
  ended = false;

  constructor(
    private readonly plan: EnvironmentPlan,
    private readonly ctx: LocalContext,
    api: RuntimeApi,
  ) {
    const { address, remove } = api.add(this.#seat());
    this.#address = address;
    this.#remove = remove;
  }

  /** @throws LandfallError `PROCESS_NOT_STARTED` */
  async start(): Promise<void> {
    const { name, command, args, folder, env } = this.plan;
    const running = await this.ctx.processes.start({
      name,
      command,
      args,
      cwd: folder,
      env: { ...env, AWS_LAMBDA_RUNTIME_API: this.#address },
      stopTimeoutSeconds: 2,
    });
    this.#process = running;
    void running.exited.then(({ code }) => {
      this.ended = true;
      this.#remove();
      this.#settleAs(this.#initError ?? exitError(this.#running?.id ?? '', code));
    });
  }

  /** Gives it something to do, and stops it when it takes longer than the function may, or longer to load than a machine needs. */
  invoke(invocation: Invocation): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#running = { id: invocation.requestId, settle: resolve };
      if (this.ended) {
        this.#settleAs(this.#initError ?? exitError(invocation.requestId, null));
        return;
      }
      this.#limit(invocation, loadSeconds);
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting === undefined) this.#next = invocation;
      else waiting(this.#begin(invocation));
    });
  }

  /** The time that a function has is counted from here: loading its code is none of it. */
  #begin(invocation: Invocation): BegunInvocation {
    this.#limit(invocation, this.plan.timeoutSeconds);
    return { ...invocation, deadline: this.ctx.clock.now() + this.plan.timeoutSeconds * 1000 };
  }

  #limit({ requestId }: Invocation, seconds: number): void {
    this.#cancel();
    this.#cancel = this.ctx.clock.after(seconds * 1000, () => {
      this.#settleAs(timeoutError(requestId, seconds));
      void this.stop();
    });
  }

  /** What it wrote since this request began; the end of it, 4 KB at most. */
  async tailOf(requestId: string): Promise<string> {
    // What it writes comes by another way than what it answers.
    for (let look = 0; look < 20; look += 1) {
      const lines = this.#process?.lastLines() ?? [];
      const start = lines.findIndex((line) => line.startsWith(`START RequestId: ${requestId}`));
      const isWhole = lines.some((line) => line.startsWith(`REPORT RequestId: ${requestId}`));
      if (isWhole || this.ended) return lines.slice(Math.max(0, start)).join('\n').slice(-4096);
      await this.ctx.clock.sleep(10);
    }
    return '';
  }

  async stop(): Promise<void> {
    this.ended = true;
    this.#remove();
    await this.#process?.stop();
  }

  #seat(): Seat {
    return {
      next: () => {
        const invocation = this.#next;
        this.#next = undefined;
        if (invocation !== undefined) return Promise.resolve(this.#begin(invocation));
        return new Promise((resolve) => (this.#waiting = resolve));
      },
      settle: (requestId, payload, failed) => {
        if (requestId === this.#running?.id) this.#settle({ payload, failed });
      },
      initFailed: (payload) => {
        this.#initError = payload;
      },
    };
  }

  #settleAs(payload: Uint8Array): void {
    this.#settle({ payload, failed: true });
  }

  #settle(outcome: Outcome): void {
    const running = this.#running;
    this.#running = undefined;
    this.#cancel();
    running?.settle(outcome);
  }
}

/** As Lambda says it. @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html (not re-read) */
const timeoutError = (requestId: string, seconds: number): Uint8Array =>
  failure('Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`);

const exitError = (requestId: string, code: number | null): Uint8Array => {
  const status = code === null ? '' : ` with error: exit status ${String(code)}`;
  return failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited${status}`);
};

const failure = (errorType: string, errorMessage: string): Uint8Array =>
  Buffer.from(JSON.stringify({ errorType, errorMessage }));
