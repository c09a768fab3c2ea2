import assert from 'node:assert/strict';
import { forward, fakeLoadBalancer } from '../../src/layers/alb/local/testing/load-balancer.js';
import { ask, fakeRequest, recording } from '../../src/local/testing/fake-request.js';
import { desyncCases } from './alb-desync.js';
import { targetErrorCases } from './alb-errors.js';
import { get, post, refused, sent } from './alb-sent.js';
import { albCase, pages } from './alb-sources.js';

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
  albCase('answers 464 over HTTP/1.1 for a target group of HTTP/2 or gRPC', pages.errorsUnread, async () => {
    for (const protocol_version of ['HTTP2', 'GRPC']) {
      const lb = await fakeLoadBalancer();
      await lb.listener(8080, forward(await lb.group('offers', { task: recording() }, { protocol_version })));
      const one = { ...fakeRequest(), httpVersion: '1.1' as const };
      assert.equal((await ask(lb.plane.listening('alb-8080'), one)).status, 464);
    }
  }),
];

export const refusalCases = [...requestCases, ...desyncCases, ...targetErrorCases];
