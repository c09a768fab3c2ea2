import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../../base/errors.js';
import type { LocalContext } from '../../../local/contract/context.js';
import type { InvokeResult } from '../../../local/contract/function.js';
import { eventConfigSchema } from './arguments.js';

/**
 * Waits before an event that failed is tried again.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html (not re-read)
 */
const waitsMs = [60_000, 120_000] as const;

/**
 * Invokes a function with an event, and again as its configuration says while it fails; what failed for good is kept in the log
 * `function-failures`, where AWS keeps it in the dead-letter queue. Never throws.
 */
export async function tryEvent(
  name: string,
  event: Uint8Array,
  run: () => Promise<InvokeResult>,
  ctx: LocalContext,
): Promise<void> {
  const retries = retriesOf(name, ctx);
  for (let attempt = 0; ; attempt += 1) {
    const failure = await failureOf(run);
    if (failure === undefined) return;
    ctx.emit({ type: 'log', source: name, line: `attempt ${String(attempt + 1)} failed: ${failure}` });
    if (attempt >= retries) return keep(name, event, failure, ctx);
    await ctx.cloudClock.sleep(waitsMs[attempt] ?? waitsMs[1]);
  }
}

async function failureOf(run: () => Promise<InvokeResult>): Promise<string | undefined> {
  try {
    const { functionError, payload } = await run();
    return functionError === undefined ? undefined : Buffer.from(payload).toString('utf8');
  } catch (error) {
    return messageOf(error);
  }
}

function retriesOf(name: string, ctx: LocalContext): number {
  const configs = ctx.all('aws_lambda_function_event_invoke_config').flatMap((address) => {
    const { data } = eventConfigSchema.safeParse(ctx.argumentsOf(address));
    return data?.function_name === name ? [data] : [];
  });
  return configs[0]?.maximum_retry_attempts ?? waitsMs.length;
}

async function keep(name: string, event: Uint8Array, failure: string, ctx: LocalContext): Promise<void> {
  const line = {
    time: new Date(ctx.cloudClock.now()).toISOString(),
    function: name,
    event: Buffer.from(event).toString(),
    failure,
  };
  await mkdir(ctx.folders.logs, { recursive: true });
  await appendFile(join(ctx.folders.logs, 'function-failures.log'), `${JSON.stringify(line)}\n`, { mode: 0o600 });
}
