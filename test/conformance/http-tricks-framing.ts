import { hidden, last, message, pages, type Trick } from './http-tricks-rows.js';

const post = (lines: string, body: string) => message(lines, { method: 'POST', body });
const length = (text: string) => `Content-Length: ${String(text.length)}\r\n`;
const chunks = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
const chunked = 'Transfer-Encoding: chunked\r\n';

/** Requests whose end two servers might see in different places. */
const lengths: readonly Trick[] = [
  ['Content-Length before Transfer-Encoding', length(`0\r\n\r\n${hidden}`) + chunked, `0\r\n\r\n${hidden}`],
  ['Transfer-Encoding before Content-Length', `${chunked}Content-Length: 4\r\n`, chunks(hidden)],
  ['two content lengths that differ', 'Content-Length: 0\r\n' + length(hidden), hidden],
  ['two content lengths that are equal', length('ab') + length('ab'), `ab${hidden}`],
  ['a list of content lengths', 'Content-Length: 2, 2\r\n', `ab${hidden}`],
  ['a content length with a plus', 'Content-Length: +2\r\n', `ab${hidden}`],
  ['a negative content length', 'Content-Length: -1\r\n', hidden],
  ['a hexadecimal content length', 'Content-Length: 0x2\r\n', `ab${hidden}`],
  ['a content length with a space inside', 'Content-Length: 1 0\r\n', hidden],
  ['a content length beyond 64 bits', 'Content-Length: 18446744073709551616\r\n', hidden],
  ['an empty content length', 'Content-Length: \r\n', hidden],
  ['a content length with a null character', 'Content-Length: 2\0\r\n', `ab${hidden}`],
].map(([what = '', lines = '', body = '']) => ({
  name: `refuses ${what}`,
  source: pages.framing,
  bytes: post(lines, body),
  reach: 0,
  status: 400,
}));

const codings: readonly Trick[] = [
  ['an unknown transfer coding', 'Transfer-Encoding: xchunked\r\n', 501],
  ['chunked that is not the last coding', 'Transfer-Encoding: chunked, identity\r\n', 400],
  ['a coding before chunked', 'Transfer-Encoding: gzip, chunked\r\n', 501],
  ['chunked twice in a list', 'Transfer-Encoding: chunked, chunked\r\n', 400],
  ['chunked on two lines', chunked + chunked, 400],
  ['a space before the colon of Transfer-Encoding', 'Transfer-Encoding : chunked\r\n', 400],
  ['a tab before the colon of Transfer-Encoding', 'Transfer-Encoding\t: chunked\r\n', 400],
  ['a control character before chunked', 'Transfer-Encoding: \x0bchunked\r\n', 400],
  ['a null character after chunked', 'Transfer-Encoding: chunked\0\r\n', 400],
  ['quotes around chunked', 'Transfer-Encoding: "chunked"\r\n', 501],
  ['a control character in the name', '\x01Transfer-Encoding: chunked\r\n', 400],
  [
    'Transfer-Encoding behind a line that begins with a space',
    'X-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: x\r\n',
    400,
  ],
].map(([what, lines, status]) => ({
  name: `refuses ${String(what)}`,
  source: status === 501 ? pages.errors : pages.framing,
  bytes: post(String(lines), chunks(hidden)),
  reach: 0,
  status: Number(status),
}));

const bodies: readonly Trick[] = [
  {
    name: 'takes the body of a GET for its body, and the connection ends with it',
    source: pages.attributes,
    bytes: message(length(hidden), { body: hidden }),
    reach: 1,
    status: 200,
  },
  {
    name: 'takes the chunks of a GET for its body, and the connection ends with it',
    source: pages.attributes,
    bytes: message(chunked, { body: chunks(hidden) }),
    reach: 1,
    status: 200,
  },
  {
    name: 'does not look at what follows a request with Transfer_Encoding',
    source: pages.attributes,
    bytes: post('Transfer_Encoding: chunked\r\nContent-Length: 0\r\n', hidden),
    reach: 1,
    status: 200,
  },
  {
    name: 'does not look at what follows a request with Content_Length',
    source: pages.attributes,
    bytes: message('Content_Length: 5\r\n', { body: hidden }),
    reach: 1,
    status: 200,
  },
  {
    name: 'does not look at what follows a request with Transfer--Encoding',
    source: pages.attributes,
    bytes: message('Transfer--Encoding: chunked\r\n', { body: hidden }),
    reach: 1,
    status: 200,
  },
  {
    name: 'does not look at what follows the last request of a connection',
    source: pages.connection,
    bytes: last('') + hidden,
    reach: 1,
    status: 200,
  },
  {
    name: 'takes whole chunks for one body',
    source: pages.framing,
    bytes: last(chunked, { method: 'POST', body: chunks(hidden) }),
    reach: 1,
    status: 200,
  },
  {
    name: 'drops what a chunk says besides its size',
    source: pages.framing,
    bytes: last(chunked, { method: 'POST', body: `2;x-user-id=admin\r\nab\r\n0\r\n\r\n` }),
    reach: 1,
    status: 200,
  },
  {
    name: 'drops trailers that would say who sent the request',
    source: pages.trailers,
    bytes: last(chunked, { method: 'POST', body: '2\r\nab\r\n0\r\nX-User-Id: admin\r\n\r\n' }),
    reach: 1,
    status: 200,
  },
  {
    name: 'is not verified by a trailer',
    source: pages.trailers,
    bytes: message(`${chunked}Trailer: X-Origin-Verify\r\n`, {
      method: 'POST',
      verify: undefined,
      body: '2\r\nab\r\n0\r\nX-Origin-Verify: c0rrecth0rsebattery\r\n\r\n',
    }),
    reach: 0,
    status: 403,
  },
  ...(
    [
      ['a chunk size that is no number', 'g\r\nab\r\n0\r\n\r\n'],
      ['a negative chunk size', '-2\r\nab\r\n0\r\n\r\n'],
      ['a chunk size beyond 64 bits', '10000000000000002\r\nab\r\n0\r\n\r\n'],
      ['a chunk longer than its size', `1\r\n${hidden}\r\n0\r\n\r\n`],
      ['a chunk size with a prefix', '0x2\r\nab\r\n0\r\n\r\n'],
    ] as const
  ).map(([what, body]): Trick => ({
    name: `refuses ${what}`,
    source: pages.framing,
    bytes: post(chunked, body),
    reach: 0,
  })),
];

export const framingTricks = [...lengths, ...codings, ...bodies];
