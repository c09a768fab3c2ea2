import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { albLocal } from '../../src/layers/alb/local/index.js';
import { fakeLoadBalancer, forward } from '../../src/layers/alb/local/testing/load-balancer.js';
import { AwsError } from '../../src/local/contract/aws-api.js';
import type { InvokeResult } from '../../src/local/contract/function.js';
import { ask, type FakeRequest } from '../../src/local/testing/fake-request.js';
import { albCase } from './alb-sources.js';

const guide = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application';
const page = `${guide}/lambda-functions.html (read 2026-11-28)`;
const unread = `${guide}/lambda-functions.html (not re-read)`;
const errors = `${guide}/load-balancer-troubleshooting.html (not re-read)`;

const arn = 'arn:aws:lambda:eu-central-1:000000000000:function:wake-up';
const address = 'aws_lambda_function.wake_up';
const permission = {
  function_name: 'wake-up',
  action: 'lambda:InvokeFunction',
  principal: 'elasticloadbalancing.amazonaws.com',
};

const returned = (value: unknown): InvokeResult => ({
  status: 200,
  payload: Buffer.from(JSON.stringify(value)),
  logTail: '',
});
const ok = returned({ statusCode: 200, headers: { 'Content-Type': 'text/plain' }, body: 'hello' });

/** A function behind 8080 that answers so, and the events that it got. */
async function behind(answer: InvokeResult | AwsError = ok, args: object = {}, permitted: object | null = permission) {
  const lb = await fakeLoadBalancer();
  const events: Record<string, unknown>[] = [];
  const { registry } = lb.plane;
  registry.applied.set(address, {
    address,
    type: 'aws_lambda_function',
    name: 'wake_up',
    args: { function_name: 'wake-up' },
  });
  registry.remember(address, { arn });
  registry.provide(address, 'function', {
    name: 'wake-up',
    arn,
    invoke: (payload) => {
      events.push(JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>);
      return answer instanceof AwsError ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  const groupArn = await lb.group('wake-up', {}, { target_type: 'lambda', ...args });
  if (permitted !== null) {
    const name = 'aws_lambda_permission.alb';
    registry.applied.set(name, { address: name, type: 'aws_lambda_permission', name: 'alb', args: { ...permitted } });
  }
  const attachment = { target_group_arn: groupArn, target_id: arn };
  await lb.plane.apply(albLocal.aws_lb_target_group_attachment, 'aws_lb_target_group_attachment.wake_up', attachment);
  await lb.listener(8080, forward(groupArn));
  const call = (request: FakeRequest = {}) => ask(lb.plane.listening('alb-8080'), request);
  return {
    events,
    groupArn,
    call,
    detach: () => lb.plane.destroy(albLocal.aws_lb_target_group_attachment, 'aws_lb_target_group_attachment.wake_up'),
  };
}

const body = (text: string | Buffer, type?: string, ...more: readonly (readonly [string, string])[]): FakeRequest => ({
  method: 'POST',
  headers: [...(type === undefined ? [] : [['Content-Type', type] as const]), ...more],
  body: Readable.from([Buffer.from(text)]),
});

async function encoded(request: FakeRequest): Promise<readonly [unknown, unknown]> {
  const { call, events } = await behind();
  await call(request);
  return [events[0]?.['isBase64Encoded'], events[0]?.['body']];
}

const eventCases = [
  albCase('invokes a function with the request as an event', page, async () => {
    const { call, events, groupArn } = await behind();
    await call({ method: 'PUT', target: '/wake?a=1&b', host: 'wake.internal', headers: [['X-Wake-Token', 'T']] });
    const [event] = events;
    assert.deepEqual(event?.['requestContext'], { elb: { targetGroupArn: groupArn } });
    assert.deepEqual([event['httpMethod'], event['path']], ['PUT', '/wake']);
    assert.deepEqual(event['queryStringParameters'], { a: '1', b: '' });
    assert.deepEqual([event['body'], event['isBase64Encoded']], ['', false]);
  }),
  albCase('gives a function header names in lower case, and its own', page, async () => {
    const { call, events } = await behind();
    await call({ host: 'wake.internal', headers: [['X-Wake-Token', 'T']] });
    const headers = events[0]?.['headers'] as Record<string, string>;
    assert.equal(headers['x-wake-token'], 'T');
    assert.equal(headers['x-forwarded-for'], '198.51.100.7');
    assert.match(headers['x-amzn-trace-id'] ?? '', /^Root=1-/);
  }),
  albCase('gives a function the last of several values', page, async () => {
    const { call, events } = await behind();
    await call({
      target: '/?a=1&a=2',
      headers: [
        ['X-A', '1'],
        ['X-A', '2'],
      ],
    });
    assert.deepEqual(events[0]?.['queryStringParameters'], { a: '2' });
    assert.equal((events[0]['headers'] as Record<string, string>)['x-a'], '2');
  }),
  albCase('gives a function all values when multi-value headers are enabled', page, async () => {
    const { call, events } = await behind(
      returned({ statusCode: 200, multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] } }),
      {
        lambda_multi_value_headers_enabled: true,
      },
    );
    const answer = await call({
      target: '/?a=1&a=2',
      headers: [
        ['X-A', '1'],
        ['X-A', '2'],
      ],
    });
    assert.deepEqual(events[0]?.['multiValueQueryStringParameters'], { a: ['1', '2'] });
    assert.deepEqual((events[0]['multiValueHeaders'] as Record<string, string[]>)['x-a'], ['1', '2']);
    assert.equal(events[0]['headers'], undefined);
    assert.deepEqual(
      answer.headers.filter(([name]) => name === 'Set-Cookie').map(([, value]) => value),
      ['a=1', 'b=2'],
    );
  }),
  albCase('leaves the query of a function’s event encoded', unread, async () => {
    const { call, events } = await behind();
    await call({ target: '/?name=a%20b' });
    assert.deepEqual(events[0]?.['queryStringParameters'], { name: 'a%20b' });
  }),
  albCase('sends text, JSON, JavaScript and XML to a function as they are', page, async () => {
    for (const type of ['text/html', 'application/json; charset=utf-8', 'application/javascript', 'application/xml'])
      assert.deepEqual(await encoded(body('{}', type)), [false, '{}'], type);
  }),
  albCase('sends other and encoded bodies to a function in Base64', page, async () => {
    const sent = Buffer.from([0, 255]);
    assert.deepEqual(await encoded(body(sent, 'image/png')), [true, sent.toString('base64')]);
    assert.deepEqual(await encoded(body(sent, 'text/plain', ['Content-Encoding', 'gzip'])), [
      true,
      sent.toString('base64'),
    ]);
  }),
];

const malformed: readonly (readonly [what: string, answer: InvokeResult])[] = [
  ['that is no object', returned('hello')],
  ['without a status', returned({ body: 'hello' })],
  ['with a header that is no text', returned({ statusCode: 200, headers: { 'X-A': 1 } })],
  ['above 1 MB', returned({ statusCode: 200, body: 'x'.repeat(1024 * 1024) })],
  ['that is an error', { ...returned({ errorType: 'Error' }), functionError: 'Unhandled' as const }],
];

const answerCases = [
  albCase('answers with what a function returns', page, async () => {
    const { call } = await behind(returned({ statusCode: 201, headers: { 'X-Own': 'yes' }, body: 'made' }));
    const answer = await call();
    assert.deepEqual([answer.status, answer.header('x-own'), answer.body], [201, 'yes', 'made']);
  }),
  albCase('decodes a function’s Base64 body', page, async () => {
    const { call } = await behind(
      returned({ statusCode: 200, body: Buffer.from('ü').toString('base64'), isBase64Encoded: true }),
    );
    assert.equal((await call()).body, 'ü');
  }),
  ...malformed.map(([what, answer]) =>
    albCase(`answers 502 of its own for a function’s answer ${what}`, errors, async () => {
      const { call } = await behind(answer);
      const { status, header } = await call();
      assert.deepEqual([status, header('server')], [502, 'awselb/2.0']);
    }),
  ),
  albCase('answers 502 when Lambda throttles', errors, async () => {
    const { call } = await behind(new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429));
    assert.equal((await call()).status, 502);
  }),
  albCase('answers 413 to a body above 1 MB for a function, without invoking it', errors, async () => {
    const { call, events } = await behind();
    assert.equal((await call(body(Buffer.alloc(1024 * 1024 + 1), 'text/plain'))).status, 413);
    assert.equal(events.length, 0);
  }),
  albCase('takes a body of 1 MB for a function', page, async () => {
    const { call } = await behind();
    assert.equal((await call(body(Buffer.alloc(1024 * 1024), 'text/plain'))).status, 200);
  }),
  albCase('answers 503 when its function is registered no longer', errors, async () => {
    const { call, detach } = await behind();
    await detach();
    assert.equal((await call()).status, 503);
  }),
];

const permissionCases = [
  albCase('registers a function that it may invoke for this target group', page, async () => {
    const { call } = await behind(ok, {}, { ...permission, function_name: arn });
    assert.equal((await call()).status, 200);
  }),
  ...(
    [
      ['without a permission', null],
      ['for another principal', { ...permission, principal: 'scheduler.amazonaws.com' }],
      ['for another target group', { ...permission, source_arn: 'arn:other' }],
      ['of another function', { ...permission, function_name: 'other' }],
    ] as const
  ).map(([what, given]) =>
    albCase(`refuses to register a function ${what}`, page, async () => {
      await assert.rejects(behind(ok, {}, given), { code: 'TARGET_NOT_PERMITTED' });
    }),
  ),
];

export const lambdaCases = [...eventCases, ...answerCases, ...permissionCases];
