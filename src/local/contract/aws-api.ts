import { z } from 'zod';
import type { LocalContext } from './context.js';

/**
 * What the local AWS endpoint answers for one service of AWS. Rooms name theirs in `Layer.awsApis`; several may answer for one service,
 * each operation once.
 */
export interface AwsApi {
  /** The name that requests are signed for: `ecs`, `lambda`, `secretsmanager`, `monitoring` (CloudWatch), `logs`, `sts`. */
  readonly service: string;
  /** By AWS's names, such as `UpdateService`. */
  readonly operations: Readonly<Record<string, AwsOperation>>;
}

/**
 * Answers one call, whatever protocol it came by. Members have the names of AWS's API. Of the input a moment is a `Date` or seconds since
 * 1970 (read it with `awsTime`); of the output it is a `Date`, and bytes are a `Uint8Array`. Members that are undefined are left out.
 * @throws AwsError for what AWS refuses; anything else becomes `InternalFailure`
 */
export type AwsOperation = (input: Readonly<Record<string, unknown>>, call: AwsCall) => Promise<object>;

/** Who calls, and in which plane. */
export interface AwsCall {
  /** Of the endpoint, not of one resource: look with it for what the call is about. */
  readonly ctx: LocalContext;
  readonly requestId: string;
  readonly accessKeyId: string;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
}

/** A refusal, as the SDK of the caller will throw it. */
export class AwsError extends Error {
  constructor(
    /** Its name in the API, such as `ResourceNotFoundException`. */
    readonly code: string,
    message: string,
    /** 4xx: the caller's fault; 5xx: AWS's. */
    readonly status = 400,
  ) {
    super(message);
    this.name = 'AwsError';
  }
}

/** A moment of an input: seconds since 1970 (the JSON protocols), a `Date` (CBOR) or ISO 8601 (the query protocol). */
export const awsTime = z
  .union([z.number().transform((seconds) => seconds * 1000), z.date(), z.iso.datetime({ offset: true })])
  .transform((value) => new Date(value));

/** The input as a schema reads it. @throws AwsError `ValidationException`, or the code given, that names the member */
export function awsInput<T extends z.ZodType>(schema: T, input: unknown, code = 'ValidationException'): z.infer<T> {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new AwsError(code, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
}
