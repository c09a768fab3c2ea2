import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InvokeResult, LocalFunction } from '../../../local/contract/function.js';
import { openTestEndpoint, type TestEndpoint } from '../../../local/testing/aws-endpoint.js';
import { lambdaApi } from './api.js';
import { openFunctions, type FunctionPlace } from './testing/functions.js';

let place: FunctionPlace;
let endpoint: TestEndpoint;

beforeAll(async () => {
  place = await openFunctions({ current: undefined });
  endpoint = await openTestEndpoint(place.context('plane'), [lambdaApi]);
});
afterAll(async () => {
  await endpoint.close();
  await place.close();
});

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const read = ({ payload }: Pick<InvokeResult, 'payload'>): unknown => JSON.parse(Buffer.from(payload).toString());
const call = async (fn: LocalFunction, event: unknown = {}) => read(await fn.invoke(bytes(event)));

test('the handler is loaded once, and gets the event and Lambda’s context', async () => {
  const fn = await place.deploy(
    'counter',
    `let count = 0;
     export const handler = async (event, context) => ({
       count: (count += 1), event, name: context.functionName, arn: context.invokedFunctionArn,
       left: context.getRemainingTimeInMillis() > 20_000, stage: process.env.STAGE, region: process.env.AWS_REGION,
     });`,
    { environment: [{ variables: { STAGE: 'dev' } }] },
  );
  expect(await call(fn, { a: 1 })).toEqual({
    count: 1,
    event: { a: 1 },
    name: 'shop-dev-counter',
    arn: fn.arn,
    left: true,
    stage: 'dev',
    region: 'eu-central-1',
  });
  expect(await call(fn)).toMatchObject({ count: 2 });
});

test('what a handler throws is answered as Lambda does, and is in its log', async () => {
  const fn = await place.deploy(
    'thrower',
    `export const handler = async () => { throw new TypeError('no such thing'); };`,
  );
  const result = await fn.invoke(bytes({}), { logTail: true });
  expect(result).toMatchObject({ status: 200, functionError: 'Unhandled' });
  expect(read(result)).toMatchObject({ errorType: 'TypeError', errorMessage: 'no such thing' });
  expect(result.logTail).toMatch(/^START RequestId: .*\n[\s\S]*no such thing[\s\S]*REPORT RequestId: /);
  expect(await readFile(join(place.folder, 'logs', 'thrower.log'), 'utf8')).toContain('no such thing');
});

test('a function that takes longer than it may is ended, and the next invocation gets a new process', async () => {
  const code = `let slept = false; export const handler = async (event) => { if (event.sleep) await new Promise((r) => setTimeout(r, 60_000)); return process.pid; };`;
  const fn = await place.deploy('sleeper', code, { timeout: 1 });
  const before = await call(fn);
  const late = await fn.invoke(bytes({ sleep: true }));
  expect(late.functionError).toBe('Unhandled');
  expect(read(late)).toMatchObject({
    errorType: 'Sandbox.Timedout',
    errorMessage: expect.stringMatching(/Task timed out after 1\.00 seconds$/) as string,
  });
  expect(await call(fn)).not.toBe(before);
});

test('a process that ends takes nothing but its own invocation with it', async () => {
  const fn = await place.deploy(
    'quitter',
    `export const handler = async (event) => { if (event.quit) process.exit(3); return 'here'; };`,
  );
  expect(read(await fn.invoke(bytes({ quit: true })))).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringMatching(/exit status 3$/) as string,
  });
  expect(await call(fn)).toBe('here');
});

test('code that cannot be loaded fails each invocation with its reason', async () => {
  const fn = await place.deploy('broken', `import 'no-such-package';`);
  const result = await fn.invoke(bytes({}));
  expect(result.functionError).toBe('Unhandled');
  expect(read(result)).toMatchObject({ errorMessage: expect.stringContaining('no-such-package') as string });
});

test('invocations at once run side by side, and wait for their turn above four', async () => {
  const fn = await place.deploy(
    'parallel',
    `let busy = 0; export const handler = async () => {
       busy += 1; const seen = busy; await new Promise((r) => setTimeout(r, 20)); busy -= 1; return [process.pid, seen];
     };`,
  );
  const answers = (await Promise.all(Array.from({ length: 20 }, () => call(fn)))) as [number, number][];
  expect(new Set(answers.map(([pid]) => pid)).size).toBeLessThanOrEqual(4);
  expect(answers.every(([, seen]) => seen === 1)).toBe(true);
});

test('reserved concurrency throttles, as 0 does always', async () => {
  const fn = await place.deploy('throttled', `export const handler = async () => 1;`, {
    reserved_concurrent_executions: 0,
  });
  await expect(fn.invoke(bytes({}))).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
});

test('invocations, errors and throttles are metrics, as on AWS', async () => {
  const fn = await place.deploy(
    'measured',
    `export const handler = async (event) => { if (event.fail) throw new Error(); };`,
  );
  await fn.invoke(bytes({}));
  await fn.invoke(bytes({ fail: true }));
  await place.deploy('measured', `export const handler = async () => 1;`, { reserved_concurrent_executions: 0 });
  await expect(fn.invoke(bytes({}))).rejects.toThrow('Rate Exceeded');
  const { clock, metrics } = place.plane;
  const sum = (name: string) => {
    const id = { namespace: 'AWS/Lambda', name, dimensions: { FunctionName: 'shop-dev-measured' } };
    const now = clock.now();
    const series = metrics.series({
      ...id,
      statistic: 'Sum',
      periodSeconds: 60,
      from: now - 120_000,
      until: now + 60_000,
    });
    return series.reduce((total, { value }) => total + value, 0);
  };
  expect(['Invocations', 'Errors', 'Throttles'].map(sum)).toEqual([2, 1, 1]);
});

test('payloads above 6 MB, and what is no JSON, are refused', async () => {
  const fn = await place.deploy('picky', `export const handler = async () => 'x'.repeat(7 * 1024 * 1024);`);
  await expect(fn.invoke(Buffer.alloc(6 * 1024 * 1024 + 1, 32))).rejects.toMatchObject({
    code: 'RequestEntityTooLargeException',
  });
  await expect(fn.invoke(Buffer.from('{'))).rejects.toMatchObject({ code: 'InvalidRequestContentException' });
  expect(read(await fn.invoke(bytes({})))).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
});

test('new code takes the place of the old', async () => {
  const fn = await place.deploy('changing', `export const handler = async () => 'old';`);
  expect(await call(fn)).toBe('old');
  await place.deploy('changing', `export const handler = async () => 'new';`);
  expect(await call(fn)).toBe('new');
});

test('the SDK invokes by name and ARN, and reads the error and the log', async () => {
  const fn = await place.deploy(
    'by-sdk',
    `export const handler = async (event) => { console.log('working'); if (event.fail) throw new Error('failed'); return { ok: true }; };`,
  );
  const client = new LambdaClient(endpoint.client);
  const well = await client.send(new InvokeCommand({ FunctionName: fn.name, LogType: 'Tail', Payload: '{}' }));
  expect([well.StatusCode, well.FunctionError, well.Payload?.transformToString()]).toEqual([
    200,
    undefined,
    '{"ok":true}',
  ]);
  expect(Buffer.from(well.LogResult ?? '', 'base64').toString()).toContain('working');
  const badly = await client.send(new InvokeCommand({ FunctionName: fn.arn, Payload: '{"fail":true}' }));
  expect(badly.FunctionError).toBe('Unhandled');
  const { Functions = [] } = await client.send(new ListFunctionsCommand({}));
  expect(Functions.map(({ FunctionName }) => FunctionName)).toContain('shop-dev-by-sdk');
  await expect(client.send(new InvokeCommand({ FunctionName: 'other' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('an event is answered at once; what fails for good is kept', async () => {
  const fn = await place.deploy('eventful', `export const handler = async () => { throw new Error('never'); };`);
  place.plane.registry.applied.set('aws_lambda_function_event_invoke_config.eventful', {
    address: 'aws_lambda_function_event_invoke_config.eventful',
    type: 'aws_lambda_function_event_invoke_config',
    name: 'eventful',
    args: { function_name: 'shop-dev-eventful', maximum_retry_attempts: 0 },
  });
  expect(await fn.invoke(bytes({ job: 'cleanup' }), { type: 'Event' })).toMatchObject({ status: 202 });
  const kept = async () => readFile(join(place.folder, 'logs', 'function-failures.log'), 'utf8').catch(() => '');
  for (let look = 0; look < 200 && (await kept()) === ''; look += 1) await new Promise((r) => setTimeout(r, 50));
  expect(JSON.parse(await kept())).toMatchObject({ function: 'shop-dev-eventful', event: '{"job":"cleanup"}' });
});
