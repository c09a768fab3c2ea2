/** One mistake or failure as the user sees it: what happened, and what to do. */
export interface Problem {
  /** Permanent name, such as `CONFIG_UNKNOWN_KEY`. */
  readonly code: string;
  /** What happened, in full sentences, naming the wrong value. Never holds a secret. */
  readonly message: string;
  /** What to do next. */
  readonly fix: string;
  /** Where: a config path such as `services.api.port`, a file, or a Terraform address. */
  readonly path?: string | undefined;
}

/** The one error class. An external tool's own words stay in `cause`. */
export class LandfallError extends Error implements Problem {
  readonly code: string;
  readonly fix: string;
  readonly path: string | undefined;

  constructor(problem: Problem, options?: { cause?: unknown }) {
    super(problem.message, options);
    this.name = 'LandfallError';
    this.code = problem.code;
    this.fix = problem.fix;
    this.path = problem.path;
  }

  /** All that is wrong, in order; one unless several were found together. */
  get problems(): readonly Problem[] {
    return [{ code: this.code, message: this.message, fix: this.fix, path: this.path }];
  }
}

/** Several mistakes found together, such as all those of a config file. */
export class LandfallErrors extends LandfallError {
  constructor(private readonly all: readonly [Problem, ...Problem[]]) {
    super(all[0]);
    this.name = 'LandfallErrors';
    if (all.length > 1) this.message = `${String(all.length)} problems; the first: ${all[0].message}`;
  }

  override get problems(): readonly Problem[] {
    return this.all;
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Both, or all that went wrong with either, together. @throws LandfallErrors; anything else as it is */
export async function bothOrProblems<A, B>(a: Promise<A>, b: Promise<B>): Promise<readonly [A, B]> {
  await allOrProblems<unknown>([a, b]);
  return [await a, await b];
}

/** All, when each has ended; or all that went wrong, together. @throws LandfallErrors; anything else as it is */
export async function allOrProblems<T>(all: readonly Promise<T>[]): Promise<readonly T[]> {
  const ended = await Promise.allSettled(all);
  const reasons = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const unexpected = reasons.find((reason) => !(reason instanceof LandfallError));
  if (unexpected !== undefined) throw new Error(messageOf(unexpected), { cause: unexpected });
  const [problem, ...rest] = reasons.flatMap((reason) => (reason instanceof LandfallError ? reason.problems : []));
  if (problem !== undefined) throw new LandfallErrors([problem, ...rest]);
  return Promise.all(all);
}
