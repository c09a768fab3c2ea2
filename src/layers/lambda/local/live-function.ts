import { randomUUID } from 'node:crypto';
import { AwsError } from '../../../local/contract/aws-api.js';
import type { LocalContext } from '../../../local/contract/context.js';
import type { InvokeOptions, InvokeResult, LocalFunction } from '../../../local/contract/function.js';
import { mostBytes } from './arguments.js';
import type { Environments } from './environments.js';
import { tryEvent } from './events.js';

/** A function while the plane runs: its environments are exchanged when it changes. */
export class LiveFunction implements LocalFunction {
  constructor(
    readonly name: string,
    readonly arn: string,
    private environments: Environments,
    private readonly ctx: LocalContext,
  ) {}

  /** New code or settings: what runs ends with the earlier ones. */
  async replace(environments: Environments): Promise<void> {
    const before = this.environments;
    this.environments = environments;
    await before.close();
  }

  async invoke(payload: Uint8Array, options: InvokeOptions = {}): Promise<InvokeResult> {
    const { type = 'RequestResponse', logTail = false } = options;
    assertPayload(payload, mostBytes[type]);
    if (type === 'Event') {
      void tryEvent(this.name, payload, () => this.#run(payload, randomUUID(), false), this.ctx);
      return { status: 202, payload: Buffer.alloc(0), logTail: '' };
    }
    return this.#run(payload, randomUUID(), logTail);
  }

  close(): Promise<void> {
    return this.environments.close();
  }

  async #run(payload: Uint8Array, requestId: string, withLog: boolean): Promise<InvokeResult> {
    const invocation = {
      requestId,
      payload: payload.length === 0 ? emptyEvent : payload,
      functionArn: this.arn,
    };
    const started = this.ctx.clock.monotonic();
    const outcome = await this.environments.invoke(invocation, withLog).catch((error: unknown) => {
      if (error instanceof AwsError) this.#report({ Throttles: 1 });
      throw error;
    });
    const { failed, logTail } = outcome;
    const isTooLarge = !failed && outcome.payload.length > mostBytes.RequestResponse;
    this.#report({
      Invocations: 1,
      Errors: Number(failed || isTooLarge),
      Throttles: 0,
      Duration: this.ctx.clock.monotonic() - started,
    });
    if (isTooLarge) return { ...tooLarge, logTail };
    return { status: 200, payload: outcome.payload, logTail, ...(failed && { functionError: 'Unhandled' as const }) };
  }

  /**
   * Throttled requests are no invocations. Durations are in milliseconds.
   * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html (not re-read)
   */
  #report(values: Readonly<Record<string, number>>): void {
    const common = { namespace: 'AWS/Lambda', dimensions: { FunctionName: this.name } };
    this.ctx.metrics.put(
      Object.entries(values).map(([name, value]) => ({
        ...common,
        name,
        unit: name === 'Duration' ? 'Milliseconds' : 'Count',
        values: [value],
      })),
    );
  }
}

const emptyEvent = Buffer.from('{}');

/** @see https://docs.aws.amazon.com/lambda/latest/dg/API_Invoke.html (read 2026-11-28; the names of the errors not re-read) */
function assertPayload(payload: Uint8Array, most: number): void {
  if (payload.length > most) {
    const message = `Request must be smaller than ${String(most)} bytes for the InvokeFunction operation`;
    throw new AwsError('RequestEntityTooLargeException', message, 413);
  }
  try {
    if (payload.length > 0) JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json.');
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html (not re-read) */
const tooLarge = {
  status: 200,
  payload: Buffer.from(
    JSON.stringify({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size exceeded maximum allowed payload size (${String(mostBytes.RequestResponse)} bytes).`,
    }),
  ),
  functionError: 'Unhandled',
} as const;
