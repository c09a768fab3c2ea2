import { z } from 'zod';
import { awsInput, AwsError, type AwsApi } from '../../../local/contract/aws-api.js';
import type { LocalContext } from '../../../local/contract/context.js';
import type { LocalFunction } from '../../../local/contract/function.js';
import { functionSchema } from './arguments.js';

const named = z.object({ FunctionName: z.string() });
const invocation = named.extend({
  InvocationType: z.enum(['RequestResponse', 'Event', 'DryRun']).default('RequestResponse'),
  LogType: z.enum(['None', 'Tail']).default('None'),
  Payload: z.instanceof(Uint8Array),
});

interface Found {
  readonly address: string;
  readonly fn: LocalFunction;
}

/** What of Lambda the local endpoint answers. */
export const lambdaApi: AwsApi = {
  service: 'lambda',
  operations: {
    Invoke: async (input, { ctx, signal }) => {
      const { FunctionName, InvocationType, LogType, Payload } = read(invocation, input);
      const { fn } = find(FunctionName, ctx);
      if (InvocationType === 'DryRun') return { StatusCode: 204, Payload: Buffer.alloc(0) };
      const options = { type: InvocationType, logTail: LogType === 'Tail', signal };
      const { status, payload, functionError, logTail } = await fn.invoke(Payload, options);
      return {
        StatusCode: status,
        Payload: payload,
        FunctionError: functionError,
        ...(InvocationType === 'RequestResponse' && { ExecutedVersion: '$LATEST' }),
        ...(LogType === 'Tail' && { LogResult: Buffer.from(logTail).toString('base64') }),
      };
    },
    ListFunctions: (_input, { ctx }) =>
      Promise.resolve({ Functions: all(ctx).map((found) => configurationOf(found, ctx)) }),
    GetFunction: (input, { ctx }) => {
      const Configuration = configurationOf(find(read(named, input).FunctionName, ctx), ctx);
      return Promise.resolve({ Configuration, Code: { RepositoryType: 'S3' } });
    },
    GetFunctionConfiguration: (input, { ctx }) =>
      Promise.resolve(configurationOf(find(read(named, input).FunctionName, ctx), ctx)),
  },
};

const read = <T extends z.ZodType>(schema: T, input: unknown) =>
  awsInput(schema, input, 'InvalidParameterValueException');

const all = (ctx: LocalContext): readonly Found[] =>
  ctx.providers('function').map((address) => ({ address, fn: ctx.connect(address, 'function') }));

/** By name or ARN, either with a qualifier. */
function find(name: string, ctx: LocalContext): Found {
  const plain = name.replace(/:\$LATEST$/, '');
  const found = all(ctx).find(({ fn }) => fn.name === plain || fn.arn === plain);
  if (found !== undefined) return found;
  throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404);
}

function configurationOf({ address, fn }: Found, ctx: LocalContext) {
  const { runtime, handler, timeout, memory_size } = functionSchema.parse(ctx.argumentsOf(address));
  return {
    FunctionName: fn.name,
    FunctionArn: fn.arn,
    Runtime: runtime,
    Handler: handler,
    Timeout: timeout,
    MemorySize: memory_size,
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}
