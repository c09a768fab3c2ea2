/**
 * Runs a function's handler in a process of its own, as Lambda's runtime for Node.js does: loads it once, then asks for one invocation after
 * the other over the runtime API. It imports nothing of Landfall's.
 */
import { existsSync } from 'node:fs';
import { request, Agent } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

type Handler = (event: unknown, context: object) => unknown;

const env = process.env;
const agent = new Agent({ keepAlive: true });
const api = `http://${env['AWS_LAMBDA_RUNTIME_API'] ?? ''}/2018-06-01/runtime`;
const state: { requestId: string | undefined } = { requestId: undefined };

for (const [level, name] of [
  ['log', 'INFO'],
  ['info', 'INFO'],
  ['warn', 'WARN'],
  ['error', 'ERROR'],
  ['debug', 'DEBUG'],
] as const)
  console[level] = (...values: unknown[]) => {
    const parts = [new Date().toISOString(), state.requestId ?? 'undefined', name, format(...values)];
    process.stdout.write(`${parts.join('\t')}\n`);
  };

async function main(): Promise<void> {
  const handler = await load().catch(async (error: unknown) => {
    await post('/init/error', described(error));
    process.exit(1);
  });
  for (;;) await once(handler);
}

async function load(): Promise<Handler> {
  const [file = '', name = ''] = (env['_HANDLER'] ?? '').split('.');
  const base = join(env['LAMBDA_TASK_ROOT'] ?? '', file);
  const path = ['.mjs', '.js', '.cjs'].map((extension) => `${base}${extension}`).find((each) => existsSync(each));
  if (path === undefined) throw new Error(`There is no module ${file} in the package.`);
  const module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  const handler = module[name];
  if (typeof handler === 'function') return handler as Handler;
  throw new Error(`${file}.${name} is no function.`);
}

async function once(handler: Handler): Promise<void> {
  const { headers, body } = await call('GET', '/invocation/next');
  const requestId = String(headers['lambda-runtime-aws-request-id']);
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  state.requestId = requestId;
  const started = performance.now();
  process.stdout.write(`START RequestId: ${requestId} Version: $LATEST\n`);
  const answer = await run(
    handler,
    body,
    contextOf(requestId, deadline, String(headers['lambda-runtime-invoked-function-arn'])),
  );
  const took = (performance.now() - started).toFixed(2);
  process.stdout.write(`END RequestId: ${requestId}\nREPORT RequestId: ${requestId}\tDuration: ${took} ms\n`);
  await post(`/invocation/${requestId}/${answer.failed ? 'error' : 'response'}`, answer.payload);
}

async function run(handler: Handler, body: Buffer, context: object): Promise<{ failed: boolean; payload: string }> {
  try {
    const result: unknown = await handler(JSON.parse(body.toString()), context);
    // What is no JSON, such as undefined, is answered as null.
    const payload = JSON.stringify(result) as string | undefined;
    return { failed: false, payload: payload ?? 'null' };
  } catch (error) {
    console.error('Invoke Error', error);
    return { failed: true, payload: described(error) };
  }
}

const contextOf = (awsRequestId: string, deadline: number, invokedFunctionArn: string): object => ({
  awsRequestId,
  invokedFunctionArn,
  functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
  functionVersion: '$LATEST',
  memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
  logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
  getRemainingTimeInMillis: () => deadline - Date.now(),
});

/** As Lambda answers what a handler throws. */
function described(error: unknown): string {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return JSON.stringify({ errorType: name, errorMessage: message, trace: (stack ?? '').split('\n') });
}

const post = (path: string, body: string) => call('POST', path, body);

/** Not `fetch`, which waits no longer than five minutes. */
async function call(method: string, path: string, body?: string) {
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const sent = request(`${api}${path}`, { method, agent }, resolve);
    sent.on('error', reject).end(body);
  });
  return { headers: response.headers, body: await buffer(response) };
}

void main().catch(() => process.exit(0));
