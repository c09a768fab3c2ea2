import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { LandfallError } from '../../base/errors.js';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';

/** What is asked of the wake-up function; services by their names on AWS. */
export interface WakeUpOrder {
  readonly action: 'sleep' | 'wake';
  readonly services: readonly string[];
}

const reportSchema = z.object({ woken: z.array(z.string()).default([]), slept: z.array(z.string()).default([]) });

/** What the function says it did. */
export type WakeUpReport = z.infer<typeof reportSchema>;

/** Calls the function. @throws LandfallError `WAKE_UP_FAILED` with what it says, and as `awsProblem` */
export async function invokeWakeUp(
  session: AwsSession,
  functionName: string,
  order: WakeUpOrder,
  signal: AbortSignal,
): Promise<WakeUpReport> {
  const command = new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(order)) });
  const { Payload, FunctionError } = await session
    .client(LambdaClient)
    .send(command, { abortSignal: signal })
    .catch((error: unknown) => {
      throw awsProblem(error, `call the function ${functionName}`);
    });
  const answer = parse(Buffer.from(Payload ?? new Uint8Array()).toString('utf8'));
  if (FunctionError === undefined) return reportSchema.parse(answer);
  const { errorMessage } = z.object({ errorMessage: z.string().default('') }).parse(answer);
  throw new LandfallError({
    code: 'WAKE_UP_FAILED',
    message: `The function ${functionName} failed: ${errorMessage === '' ? 'it gave no reason.' : errorMessage}`,
    fix: 'Run it again: what is done stays done. If it repeats, read the function’s log.',
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return {};
  }
}
