import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { fakeLoadBalancer, fixed, forward } from '../../src/layers/alb/local/testing/load-balancer.js';
import { UpstreamError, type HttpResponse } from '../../src/local/contract/http.js';
import {
  ask,
  fakeRequest,
  plain,
  recording,
  type FakeAnswer,
  type FakeRequest,
} from '../../src/local/testing/fake-request.js';
import { inAlb, type AlbPlace } from './alb-place.js';
import { albCase, pages } from './alb-sources.js';
import { ask1, type RawAnswer } from './raw-client.js';

type Respond = Parameters<typeof recording>[0];

/** What a load balancer in front of this target answers. */
async function answerOf(respond: Respond, request: FakeRequest = {}, args: object = {}): Promise<FakeAnswer> {
  const lb = await fakeLoadBalancer(args);
  await lb.listener(8080, forward(await lb.group('offers', { task: recording(respond) })));
  return ask(lb.plane.listening('alb-8080'), request);
}

const failing = (reason: UpstreamError['reason']) => () => Promise.reject(new UpstreamError(reason, reason));

/** Its own error: named, and with a page. */
function isOwn(answer: FakeAnswer, status: number): void {
  assert.deepEqual([answer.status, answer.header('server')], [status, 'awselb/2.0']);
  assert.equal(answer.header('content-type'), 'text/html');
  assert.ok(answer.body.includes(`<h1>${String(status)}`));
}

/** What a listener answers to these bytes, and how many requests its target got. */
async function sent(
  bytes: string | readonly string[],
  args: object = {},
): Promise<RawAnswer & { readonly reached: number }> {
  let outcome: (RawAnswer & { readonly reached: number }) | undefined;
  await inAlb(async (place: AlbPlace) => {
    const task = recording();
    await place.lb.listener(8080, forward(await place.lb.group('offers', { task })));
    const answer = await ask1(await place.open('alb-8080'), bytes);
    outcome = { ...answer, reached: task.got.length };
  }, args);
  assert.ok(outcome);
  return outcome;
}

const get = (lines: string, target = '/') => `GET ${target} HTTP/1.1\r\nHost: a\r\n${lines}\r\n`;
const post = (lines: string, body: string) => `POST / HTTP/1.1\r\nHost: a\r\n${lines}\r\n${body}`;

/** Bytes, the status they get, and whether the target may see them. */
function refused(name: string, source: string, status: number, bytes: string, args: object = {}) {
  return albCase(name, source, async () => {
    const answer = await sent(bytes, args);
    assert.deepEqual([answer.status, answer.reached], [status, 0]);
    assert.equal(answer.header('server'), 'awselb/2.0');
  });
}

const addresses = (count: number) => Array.from({ length: count }, (_, index) => `192.0.2.${String(index)}`).join(', ');

const requestCases = [
  refused('answers 400 to what is not HTTP', pages.errors, 400, 'hello\r\n\r\n'),
  refused('answers 400 to an HTTP/1.1 request without a host', pages.errors, 400, 'GET / HTTP/1.1\r\n\r\n'),
  refused(
    'answers 400 to a single header of more than 16 KB',
    pages.limits,
    400,
    get(`X-Long: ${'x'.repeat(16_400)}\r\n`),
  ),
  albCase('takes a single header of a little less than 16 KB', pages.limits, async () => {
    assert.equal((await sent(get(`X-Long: ${'x'.repeat(16_300)}\r\nConnection: close\r\n`))).status, 200);
  }),
  refused(
    'answers 400 to headers of more than 64 KB',
    pages.limits,
    400,
    get(Array.from({ length: 5 }, (_, index) => `X-${String(index)}: ${'x'.repeat(14_000)}\r\n`).join('')),
  ),
  refused('answers 414 to a URL of more than 16 KB', pages.errors, 414, get('', `/${'x'.repeat(16_400)}`)),
  refused('answers 414 to a query of more than 16 KB', pages.errors, 414, get('', `/?q=${'x'.repeat(16_400)}`)),
  refused('answers 405 to TRACE', pages.errors, 405, 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n'),
  refused(
    'answers 463 to X-Forwarded-For with more than 30 addresses',
    pages.errors,
    463,
    get(`X-Forwarded-For: ${addresses(31)}\r\n`),
  ),
  albCase('takes X-Forwarded-For with 30 addresses', pages.errors, async () => {
    assert.equal((await sent(get(`X-Forwarded-For: ${addresses(30)}\r\nConnection: close\r\n`))).status, 200);
  }),
  refused(
    'answers 501 to a transfer coding other than chunked and identity',
    pages.errors,
    501,
    post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'),
  ),
  albCase('answers 464 over HTTP/1.1 for a target group of HTTP/2 or gRPC', pages.errors, async () => {
    for (const protocol_version of ['HTTP2', 'GRPC']) {
      const lb = await fakeLoadBalancer();
      await lb.listener(8080, forward(await lb.group('offers', { task: recording() }, { protocol_version })));
      const one = { ...fakeRequest(), httpVersion: '1.1' as const };
      assert.equal((await ask(lb.plane.listening('alb-8080'), one)).status, 464);
    }
  }),
];

const bodyOf = (request: string) => `Content-Length: ${String(request.length)}\r\n`;

const desyncCases = [
  refused(
    'answers 400 to two content lengths that differ',
    pages.attributes,
    400,
    post('Content-Length: 1\r\nContent-Length: 2\r\n', 'ab'),
  ),
  refused(
    'answers 400 to a content length that is no number',
    pages.attributes,
    400,
    post('Content-Length: 1,1\r\n', 'a'),
  ),
  refused(
    'answers 400 to chunked named twice',
    pages.attributes,
    400,
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
  ),
  refused('answers 400 to a header with a null character', pages.attributes, 400, get('X-A: a\0b\r\n')),
  refused(
    'answers 400 to a header with a carriage return inside',
    pages.attributes,
    400,
    get('X-A: a\rContent-Length: 5\r\n'),
  ),
  albCase(
    'routes an ambiguous request in the defensive mode, and closes the connection',
    pages.attributes,
    async () => {
      const inner = 'GET /inner HTTP/1.1\r\nHost: a\r\n\r\n';
      const answer = await sent(get(bodyOf(inner)) + inner);
      assert.deepEqual([answer.statuses, answer.reached, answer.closed], [[200], 1, true]);
    },
  ),
  albCase('counts a name like Transfer_Encoding as ambiguous', pages.attributes, async () => {
    const answer = await sent(get('Transfer_Encoding: chunked\r\n') + get('', '/second'));
    assert.deepEqual([answer.reached, answer.closed], [1, true]);
  }),
  albCase('keeps the connection after an acceptable request in the defensive mode', pages.attributes, async () => {
    const answer = await sent(get('Content-Length: 0\r\n') + get('', '/second'));
    assert.deepEqual([answer.statuses, answer.reached, answer.closed], [[200, 200], 2, false]);
  }),
  refused(
    'answers 400 to an ambiguous request in the strictest mode',
    pages.attributes,
    400,
    get('Content-Length: 1\r\n') + 'a',
    {
      desync_mitigation_mode: 'strictest',
    },
  ),
  refused(
    'answers 400 to an acceptable request in the strictest mode',
    pages.attributes,
    400,
    get('Content-Length: 0\r\n'),
    {
      desync_mitigation_mode: 'strictest',
    },
  ),
  albCase('takes a compliant request in the strictest mode', pages.attributes, async () => {
    const answer = await sent(get('Connection: close\r\n'), { desync_mitigation_mode: 'strictest' });
    assert.equal(answer.status, 200);
  }),
  albCase('keeps the connection after an ambiguous request in the monitor mode', pages.attributes, async () => {
    const args = { desync_mitigation_mode: 'monitor' };
    const answer = await sent(get('Transfer_Encoding: chunked\r\n') + get('', '/second'), args);
    assert.deepEqual([answer.statuses, answer.reached, answer.closed], [[200, 200], 2, false]);
  }),
];

const targetErrorCases = [
  albCase('answers 503 when the target group has no registered targets', pages.errors, async () => {
    const lb = await fakeLoadBalancer();
    await lb.listener(8080, forward(await lb.group('offers', {})));
    isOwn(await ask(lb.plane.listening('alb-8080')), 503);
  }),
  albCase('answers 502 when the target refuses the connection', pages.errors, async () => {
    isOwn(await answerOf(failing('refused')), 502);
  }),
  albCase('answers 502 when the target closes the connection before it answers', pages.errors, async () => {
    isOwn(await answerOf(failing('reset')), 502);
  }),
  albCase('answers 502 when the target’s answer is malformed', pages.errors, async () => {
    isOwn(await answerOf(failing('protocol')), 502);
  }),
  albCase('answers 502 when the answer’s header is larger than 32 KB', pages.limits, async () => {
    const large = Array.from({ length: 3 }, (_, index) => [`X-${String(index)}`, 'x'.repeat(12_000)] as const);
    isOwn(await answerOf(() => plain(200, 'ok', large)), 502);
  }),
  albCase('answers 504 when the connection cannot be made in time', pages.errors, async () => {
    isOwn(await answerOf(failing('timeout')), 504);
  }),
  albCase(
    'answers 504 when the target does not answer within the idle timeout, 60 s by default',
    pages.errors,
    async () => {
      const lb = await fakeLoadBalancer();
      const silent = recording(() => new Promise<HttpResponse>(() => undefined));
      await lb.listener(8080, forward(await lb.group('offers', { silent })));
      let answer: FakeAnswer | undefined;
      void ask(lb.plane.listening('alb-8080')).then((got) => (answer = got));
      await lb.plane.clock.advance(59_999);
      assert.equal(answer, undefined);
      await lb.plane.clock.advance(1);
      assert.ok(answer);
      isOwn(answer, 504);
    },
  ),
  albCase('passes errors that the target answers on as they are', pages.errors, async () => {
    for (const status of [404, 500, 502, 503, 504]) {
      const answer = await answerOf(() => plain(status, 'mine', [['Server', 'nest']]));
      assert.deepEqual([answer.status, answer.body, answer.header('server')], [status, 'mine', 'nest']);
    }
  }),
  albCase('notes 460 when the client leaves before the answer', pages.errors, async () => {
    const lb = await fakeLoadBalancer();
    const waiting = recording(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    await lb.listener(8080, forward(await lb.group('offers', { waiting })));
    const client = new AbortController();
    const request = fakeRequest({ signal: client.signal });
    const answer = ask(lb.plane.listening('alb-8080'), request);
    client.abort(new UpstreamError('aborted', 'left'));
    assert.equal((await answer).status, 460);
    assert.equal(request.trace.record().hops[0]?.outcome, 460);
  }),
  albCase('answers 408 when the client stops sending for the idle timeout', pages.errors, () =>
    inAlb(async ({ lb, open }) => {
      const reading = recording(({ body, signal }) => {
        body?.resume();
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      });
      await lb.listener(8080, forward(await lb.group('offers', { reading })));
      const answer = ask1(await open('alb-8080'), post('Content-Length: 10\r\n', 'abc'));
      while (reading.got.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, 20));
      // Within the first minute three bytes came; in the second none.
      await lb.plane.clock.advance(60_000);
      await lb.plane.clock.advance(60_000);
      const { status, closed, header } = await answer;
      assert.deepEqual([status, closed, header('server')], [408, true, 'awselb/2.0']);
    }),
  ),
  albCase('lets an upload that makes progress take as long as it likes', pages.attributes, async () => {
    const lb = await fakeLoadBalancer();
    const body = new PassThrough();
    const upload = recording(async (request) => {
      let size = 0;
      for await (const chunk of request.body ?? []) size += (chunk as Buffer).length;
      return plain(200, String(size));
    });
    await lb.listener(8080, forward(await lb.group('offers', { upload })));
    const answer = ask(lb.plane.listening('alb-8080'), { method: 'POST', body });
    for (let minute = 0; minute < 5; minute += 1) {
      body.write('x');
      await lb.plane.clock.advance(59_000);
    }
    body.end();
    assert.equal((await answer).body, '5');
  }),
  albCase('answers its own errors as HTML, under its own name', pages.errors, async () => {
    const lb = await fakeLoadBalancer();
    await lb.listener(8080, forward(await lb.group('offers', {})));
    await lb.listener(80, fixed(404));
    const { body } = await ask(lb.plane.listening('alb-8080'));
    assert.match(body, /^<html>[\s\S]*503 Service Temporarily Unavailable[\s\S]*<\/html>/);
  }),
];

export const refusalCases = [...requestCases, ...desyncCases, ...targetErrorCases];
