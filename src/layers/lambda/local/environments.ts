import { AwsError } from '../../../local/contract/aws-api.js';
import type { LocalContext } from '../../../local/contract/context.js';
import { ExecutionEnvironment, type EnvironmentPlan, type Outcome } from './environment.js';
import { RuntimeApi, type Invocation } from './runtime-api.js';

/** Most processes of one function; more invocations wait for their turn, where AWS would start more environments. */
const mostProcesses = 4;

/** How long an environment without work stays. AWS names no time. */
const idleMs = 10 * 60_000;

interface Idle {
  readonly environment: ExecutionEnvironment;
  readonly cancel: () => void;
}

/** The execution environments of one version of a function: kept warm, as many as are needed. */
export class Environments {
  readonly #idle: Idle[] = [];
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #queue: (() => void)[] = [];
  #busy = 0;
  #api: Promise<RuntimeApi> | undefined;

  /** @param reserved most invocations at once; -1: no limit but this machine's */
  constructor(
    private readonly plan: EnvironmentPlan,
    private readonly reserved: number,
    private readonly ctx: LocalContext,
  ) {}

  /** @throws AwsError `TooManyRequestsException` when the reserved concurrency is used up */
  async invoke(invocation: Invocation, withLog: boolean): Promise<Outcome & { readonly logTail: string }> {
    if (this.reserved >= 0 && this.#busy >= this.reserved) throw throttled();
    this.#busy += 1;
    try {
      if (this.#busy > mostProcesses) await new Promise<void>((resolve) => this.#queue.push(resolve));
      const environment = await this.#take();
      const outcome = await environment.invoke(invocation);
      const logTail = withLog ? await environment.tailOf(invocation.requestId) : '';
      this.#giveBack(environment);
      return { ...outcome, logTail };
    } finally {
      this.#busy -= 1;
      this.#queue.shift()?.();
    }
  }

  async close(): Promise<void> {
    for (const { cancel } of this.#idle.splice(0)) cancel();
    await Promise.all([...this.#all].map((environment) => environment.stop()));
    await (await this.#api)?.close();
    this.#api = undefined;
  }

  async #take(): Promise<ExecutionEnvironment> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      idle.cancel();
      if (!idle.environment.ended) return idle.environment;
      this.#all.delete(idle.environment);
    }
    this.#api ??= this.ctx.freePort().then((port) => RuntimeApi.open(port));
    const environment = new ExecutionEnvironment(this.plan, this.ctx, await this.#api);
    this.#all.add(environment);
    await environment.start();
    return environment;
  }

  #giveBack(environment: ExecutionEnvironment): void {
    if (environment.ended) return void this.#all.delete(environment);
    const cancel = this.ctx.clock.after(idleMs, () => {
      this.#idle.splice(
        this.#idle.findIndex((idle) => idle.environment === environment),
        1,
      );
      this.#all.delete(environment);
      void environment.stop();
    });
    this.#idle.push({ environment, cancel });
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (not re-read) */
const throttled = (): AwsError => new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
