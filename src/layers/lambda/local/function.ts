import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LocalContext } from '../../../local/contract/context.js';
import { processEnvironment } from '../../../local/contract/environment.js';
import { localArn, type LocalBehaviour } from '../../../stack/layer.js';
import { functionSchema, type FunctionArguments } from './arguments.js';
import { unpack } from './code.js';
import type { EnvironmentPlan } from './environment.js';
import { Environments } from './environments.js';
import { LiveFunction } from './live-function.js';

/** A function: the very bundle of the artifact, in processes of its own. */
export const lambdaFunction: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'Roles, VPC, layers, versions and aliases, tracing, and memory but for the JavaScript heap. It runs on Landfall’s own Node.js and with Landfall’s version of the AWS SDK. At most four processes a function: more invocations wait for their turn. Handlers that use a callback or stream.',
  async apply(resource, ctx) {
    const args = functionSchema.parse(resource.args);
    const arn = localArn(ctx, 'lambda', `function:${args.function_name}`);
    const folder = join(ctx.folders.data, 'functions', args.function_name, codeHash(args));
    await unpack(join(ctx.folders.artifact, args.filename), folder);
    const environments = new Environments(planOf(args, folder, ctx), args.reserved_concurrent_executions, ctx);
    const known = liveFunction(ctx);
    if (known === undefined || known.name !== args.function_name) {
      await known?.close();
      ctx.provide('function', new LiveFunction(args.function_name, arn, environments, ctx));
    } else await known.replace(environments);
    return {
      id: args.function_name,
      arn,
      function_name: args.function_name,
      qualified_arn: `${arn}:$LATEST`,
      version: '$LATEST',
      invoke_arn: `arn:aws:apigateway:${ctx.region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
    };
  },
  stop: (_resource, ctx) => Promise.resolve(liveFunction(ctx)?.close()),
  destroy: (_resource, ctx) => Promise.resolve(liveFunction(ctx)?.close()),
};

function liveFunction(ctx: LocalContext): LiveFunction | undefined {
  if (!ctx.providers('function').includes(ctx.address)) return undefined;
  const found = ctx.connect(ctx.address, 'function');
  return found instanceof LiveFunction ? found : undefined;
}

const codeHash = (args: FunctionArguments): string =>
  createHash('sha256').update(args.source_code_hash).digest('hex').slice(0, 12);

/** The start of the log's name: what `infra:logs` asks for. */
const shortName = (name: string, { project, environment }: LocalContext): string =>
  name.replace(`${project}-${environment}-`, '');

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime (not re-read) */
function planOf(args: FunctionArguments, folder: string, ctx: LocalContext): EnvironmentPlan {
  const { endpoint, accessKeyId, secretAccessKey } = ctx.awsAccess;
  const env = {
    ...processEnvironment(ctx),
    ...args.environment[0]?.variables,
    TZ: ':UTC',
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: ctx.region,
    AWS_DEFAULT_REGION: ctx.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_EXECUTION_ENV: `AWS_Lambda_${args.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: args.function_name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(args.memory_size),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${args.function_name}`,
    LAMBDA_TASK_ROOT: folder,
    _HANDLER: args.handler,
  };
  return {
    name: shortName(args.function_name, ctx),
    folder,
    command: process.execPath,
    args: [`--max-old-space-size=${String(args.memory_size)}`, '--no-warnings', ...bootstrap],
    env: { ...env, ...ctx.namesEnvironment(env) },
    timeoutSeconds: args.timeout,
  };
}

/** Compiled, or the source with what lets Node read it where tests run it. */
const bootstrap: readonly string[] = import.meta.url.endsWith('.ts')
  ? ['--import', createRequire(import.meta.url).resolve('tsx'), besideThis('./bootstrap.ts')]
  : [besideThis('./bootstrap.js')];

function besideThis(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
