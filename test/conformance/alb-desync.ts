import assert from 'node:assert/strict';
import { get, post, refused, sent } from './alb-sent.js';
import { albCase, pages } from './alb-sources.js';

const bodyOf = (request: string) => `Content-Length: ${String(request.length)}\r\n`;

export const desyncCases = [
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
