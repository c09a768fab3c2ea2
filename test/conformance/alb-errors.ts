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
import { inAlb } from './alb-place.js';
import { post } from './alb-sent.js';
import { albCase, pages } from './alb-sources.js';
import { ask1 } from './raw-client.js';

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

export const targetErrorCases = [
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
  albCase('answers 502 when the answer’s header is larger than 32 KB', pages.limitsUnread, async () => {
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
  albCase('answers its own errors as HTML, under its own name', pages.errorsUnread, async () => {
    const lb = await fakeLoadBalancer();
    await lb.listener(8080, forward(await lb.group('offers', {})));
    await lb.listener(80, fixed(404));
    const { body } = await ask(lb.plane.listening('alb-8080'));
    assert.match(body, /^<html>[\s\S]*503 Service Temporarily Unavailable[\s\S]*<\/html>/);
  }),
];
