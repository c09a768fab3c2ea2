import assert from 'node:assert/strict';
import type { HeaderPair, HttpRequest } from '../../src/local/contract/http.js';
import { header } from '../../src/local/http/headers.js';
import { cases, edge, guide, reply } from './cloudfront-edge.js';

const date = 'Thu, 01 Jan 2026 00:00:00 GMT';
const digits = () =>
  reply('0123456789', [
    ['ETag', '"1"'],
    ['Last-Modified', date],
    ['Cache-Control', 'max-age=60'],
  ]);

/** An origin that answers ranges. */
const ranging = ({ headers }: HttpRequest) => {
  const range = /^bytes=(\d+)-(\d+)$/.exec(header(headers, 'range') ?? '');
  if (range === null) return digits();
  const [from, to] = [Number(range[1]), Number(range[2])];
  const part = '0123456789'.slice(from, to + 1);
  const headers206 = [
    ['Content-Range', `bytes ${String(from)}-${String(to)}/10`],
    ['Cache-Control', 'max-age=60'],
  ] as const;
  return reply(part, headers206, 206);
};

/** What a request with these headers gets once the whole object is kept. */
async function asking(...headers: readonly HeaderPair[]) {
  const { get, asked } = await edge({ respond: digits });
  await get();
  const answer = await get('/', { headers });
  assert.equal(asked.length, 1);
  return answer;
}

/** Parts of objects, and viewers that have an object already. */
export const rangeCases = [
  ...cases(guide('RangeGETs.html'), {
    'answers a range from the whole object': async () => {
      const answer = await asking(['Range', 'bytes=2-4']);
      assert.deepEqual([answer.status, answer.body, answer.result], [206, '234', 'Hit']);
      assert.equal(answer.header('content-range'), 'bytes 2-4/10');
      assert.equal(answer.header('content-length'), '3');
    },
    'answers the end of an object': async () => {
      assert.equal((await asking(['Range', 'bytes=-3'])).body, '789');
      assert.equal((await asking(['Range', 'bytes=8-'])).body, '89');
    },
    'answers several ascending ranges in parts': async () => {
      const answer = await asking(['Range', 'bytes=0-1,5-6']);
      assert.equal(answer.status, 206);
      assert.match(answer.header('content-type') ?? '', /^multipart\/byteranges; boundary=/);
      assert.match(
        answer.body,
        /Content-Range: bytes 0-1\/10\r\n\r\n01\r\n[^]*Content-Range: bytes 5-6\/10\r\n\r\n56\r\n/,
      );
    },
    'answers 200 and the whole for ranges that do not ascend': async () => {
      assert.equal((await asking(['Range', 'bytes=5-6,0-1'])).status, 200);
    },
    'answers 200 and the whole for ranges that overlap': async () => {
      assert.equal((await asking(['Range', 'bytes=0-4,3-6'])).status, 200);
    },
    'answers 200 and the whole for what is no range': async () => {
      assert.equal((await asking(['Range', 'bytes=-5-2'])).status, 200);
      assert.equal((await asking(['Range', 'bytes=a-b'])).status, 200);
      assert.equal((await asking(['Range', 'bytes=0-1,x-3'])).status, 200);
    },
    'passes a range on, and keeps the part': async () => {
      const { results, asked, get } = await edge({ respond: ranging });
      const headers: readonly HeaderPair[] = [['Range', 'bytes=2-4']];
      assert.deepEqual(await results({ headers }, { headers }), ['Miss', 'Hit']);
      assert.equal(header(asked[0]?.headers ?? [], 'range'), 'bytes=2-4');
      const part = await get('/', { headers });
      assert.deepEqual([part.status, part.body], [206, '234']);
    },
    'asks again for the whole of what it has, and answers the range from that': async () => {
      const respond = ({ headers }: HttpRequest) =>
        header(headers, 'if-none-match') === undefined ? digits() : { status: 304, headers: [], body: null };
      const { get, advance, asked } = await edge({ respond });
      await get();
      await advance(60);
      const part = await get('/', { headers: [['Range', 'bytes=2-4']] });
      assert.deepEqual([part.status, part.body, part.result], [206, '234', 'RefreshHit']);
      assert.equal(header(asked[1]?.headers ?? [], 'range'), undefined);
    },
    'takes no part for the whole': async () => {
      const { get, asked } = await edge({ respond: ranging });
      await get('/', { headers: [['Range', 'bytes=2-4']] });
      assert.equal((await get()).body, '0123456789');
      assert.equal(asked.length, 2);
    },
    'sends the whole from an origin without ranges, and answers later ranges itself': async () => {
      const { get, asked } = await edge({ respond: digits });
      const headers: readonly HeaderPair[] = [['Range', 'bytes=2-4']];
      const first = await get('/', { headers });
      assert.deepEqual([first.status, first.body], [200, '0123456789']);
      const second = await get('/', { headers });
      assert.deepEqual([second.status, second.body, asked.length], [206, '234', 1]);
    },
  }),
  ...cases('https://www.rfc-editor.org/rfc/rfc9110#section-14 (not re-read)', {
    'answers 416 for a range beyond the object': async () => {
      const answer = await asking(['Range', 'bytes=20-30']);
      assert.deepEqual([answer.status, answer.header('content-range')], [416, 'bytes */10']);
    },
    'answers the whole when If-Range names another version': async () => {
      assert.equal((await asking(['Range', 'bytes=2-4'], ['If-Range', '"0"'])).status, 200);
      assert.equal((await asking(['Range', 'bytes=2-4'], ['If-Range', '"1"'])).status, 206);
      assert.equal((await asking(['Range', 'bytes=2-4'], ['If-Range', date])).status, 206);
    },
  }),
  ...cases('https://www.rfc-editor.org/rfc/rfc9110#section-13 (not re-read)', {
    'answers 304 from the cache for the tag that a viewer has': async () => {
      const answer = await asking(['If-None-Match', '"0", "1"']);
      assert.deepEqual([answer.status, answer.body, answer.header('etag')], [304, '', '"1"']);
    },
    'answers 304 from the cache for the date that a viewer has': async () => {
      assert.equal((await asking(['If-Modified-Since', date])).status, 304);
    },
    'answers 200 from the cache for another tag, whatever the date': async () => {
      assert.equal((await asking(['If-None-Match', '"0"'], ['If-Modified-Since', date])).status, 200);
    },
    'answers 412 from the cache for a tag that must be and is not': async () => {
      assert.equal((await asking(['If-Match', '"0"'])).status, 412);
      assert.equal((await asking(['If-Match', '"1"'])).status, 200);
    },
    'answers 412 from the cache for what has changed since': async () => {
      assert.equal((await asking(['If-Unmodified-Since', 'Wed, 31 Dec 2025 00:00:00 GMT'])).status, 412);
    },
  }),
  ...cases(guide('RequestAndResponseBehaviorCustomOrigin.html#request-custom-headers-behavior'), {
    'passes a viewer’s conditions on when it has nothing itself': async () => {
      const { get, asked } = await edge({ respond: digits });
      await get('/', { headers: [['If-None-Match', '"0"']] });
      assert.equal(header(asked[0]?.headers ?? [], 'if-none-match'), '"0"');
    },
    'passes the origin’s 304 on, and keeps nothing of it': async () => {
      const { get, results } = await edge({
        respond: ({ headers }) =>
          header(headers, 'if-none-match') === undefined ? digits() : { status: 304, headers: [], body: null },
      });
      assert.equal((await get('/', { headers: [['If-None-Match', '"1"']] })).status, 304);
      assert.deepEqual(await results('/', '/'), ['Miss', 'Hit']);
    },
  }),
];
