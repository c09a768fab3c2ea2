import { texts } from './harmless-texts.js';
import type { Sent } from './web-acl.js';

const post = `# Reading a table

In SQL you would write:

\`\`\`sql
SELECT id, name FROM users WHERE name = 'Anna' ORDER BY id LIMIT 10
\`\`\`

and in JavaScript:

\`\`\`js
const rows = await db.query('SELECT 1 AS one');
if (rows.length > 0 && rows[0].one === 1) console.log("it's fine");
el.innerHTML = \`<p>\${rows.length}</p>\`;
\`\`\`

![picture](../../images/a.png) [link](https://example.com/a?b=c&d=e)
`;

const csv = `id;name;note\n1;"O'Neil, Anna";"5 > 3"\n2;Ben;'ok' or 'not'\n3;Cleo;-- none --\n`;

const graphql = {
  query:
    'query Offers($first: Int!) { offers(first: $first, where: { price: { lt: 10 } }, orderBy: { id: ASC }) { nodes { id title } } }',
  variables: { first: 10, filter: "O'Brien" },
  operationName: 'Offers',
};

const jwt = `eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImEtMSJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4ifQ.${'Xy-_9'.repeat(60)}`;

const boundary = '----WebKitFormBoundary7MA4YWxkTrZu0gW';
const multipart = [
  `--${boundary}\r\nContent-Disposition: form-data; name="title"\r\n\r\nO'Brien's photo\r\n`,
  `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.js"\r\nContent-Type: text/javascript\r\n\r\n<script>alert(1)</script>\r\n`,
  `--${boundary}--\r\n`,
].join('');

const json = (value: unknown): Sent => ({ body: JSON.stringify(value) });

/** Whole requests. */
const requests: readonly Sent[] = [
  {},
  { target: '/offers?page=2&sort=-price,name&fields=id,title' },
  { target: '/offers/7/reviews' },
  { target: '/a%20b/c%C3%A4.html' },
  { target: '/_next/static/chunks/app/page-1a2b3c.js' },
  { target: '/_next/image?url=%2Fimages%2Fa.png&w=640&q=75' },
  { target: '/callback?code=abc.def-ghi&state=eyJhIjoxfQ%3D%3D&redirect_uri=https%3A%2F%2Fapp.example.com%2Fhome' },
  { target: '/search?q=' },
  { target: '/search?q' },
  { target: '/wp/2024/05/how-to-select-a-union' },
  { target: '/docs/..well-known' },
  { target: '/.well-known/openid-configuration' },
  {
    method: 'OPTIONS',
    headers: [
      ['Origin', 'https://app.example.com'],
      ['Access-Control-Request-Method', 'PUT'],
    ],
  },
  { method: 'DELETE', target: '/offers/7' },
  { host: 'api.shop.localhost:4400' },
  { host: 'spa.shop.localhost' },
  { headers: [['Authorization', `Bearer ${jwt}`]] },
  { headers: [['Cookie', `session=${jwt}; theme=dark; consent={"a":true,"b":false}`]] },
  { headers: [['Cookie', `_ga=GA1.2.3.4; cart=%7B%22items%22%3A%5B%22O%27Brien%22%5D%7D`]] },
  { headers: [['Referer', 'https://www.example.com/search?q=select+a+union&x=1']] },
  {
    headers: [
      ['If-None-Match', `W/"5d8c72a5edda8", "x"`],
      ['Range', 'bytes=0-1023'],
    ],
  },
  {
    headers: [
      ['X-Requested-With', 'XMLHttpRequest'],
      ['Traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    ],
  },
  {
    headers: [
      [
        'Next-Router-State-Tree',
        '%5B%22%22%2C%7B%22children%22%3A%5B%22__PAGE__%22%2C%7B%7D%5D%7D%2Cnull%2Cnull%2Ctrue%5D',
      ],
    ],
  },
  {
    headers: [
      ['Next-Action', '7f3a'],
      ['Accept', 'text/x-component'],
    ],
    body: '[{"title":"O\'Brien"},"$undefined","$K1"]',
    type: 'text/plain;charset=UTF-8',
  },
  { userAgent: 'curl/8.5.0' },
  { userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' },
  { userAgent: 'node' },
  { userAgent: 'PostmanRuntime/7.39.0' },
  { userAgent: 'okhttp/4.12.0 (Android 14; Pixel "7")' },
  json({ title: 'A table', body: post }),
  json(graphql),
  json([
    { op: 'replace', path: '/a/b~1c', value: "it's" },
    { op: 'remove', path: '/x' },
  ]),
  json({ email: 'a@example.com', password: `p'a"s;s--w#o/r*d`, remember: true }),
  json({ html: '<h1>Title</h1><p style="color:red">Text with <a href="/x">link</a></p>' }),
  json({ avatar: `data:image/png;base64,${'iVBORw0KGgo/+AAA'.repeat(400)}` }),
  json({ nested: { deep: { list: [1, 2, { text: 'drop-down; select' }] } } }),
  json({ comment: 'Größe „XL“ – süß & günstig; 你好' }),
  json({ formula: '=SUM(A1:A10)', condition: 'a >= 1 and b <= 2' }),
  { body: post, type: 'text/markdown' },
  { body: csv, type: 'text/csv' },
  { body: multipart, type: `multipart/form-data; boundary=${boundary}` },
  { body: `name=O%27Brien&note=5+%3E+3+and+it%27s+fine&date=2024-05-01`, type: 'application/x-www-form-urlencoded' },
  { body: Buffer.alloc(80 * 1024, 'x'), type: 'application/octet-stream' },
  { body: Buffer.from(Array.from({ length: 80 * 1024 }, (_, index) => (index * 7919) % 256)), type: 'image/png' },
  { body: JSON.stringify({ rows: Array.from({ length: 2000 }, (_, id) => ({ id, name: `O'Brien ${String(id)}` })) }) },
  { body: '<?xml version="1.0"?><order><item qty="2">Chair &amp; table</item></order>', type: 'application/xml' },
  { body: 'just some plain text, with a semicolon; and more', type: 'text/plain' },
];

/** Requests that look like attacks and are none. */
export const harmless: readonly Sent[] = [
  ...texts.map((text): Sent => ({ target: `/offers?q=${encodeURIComponent(text)}` })),
  ...requests,
];

/** The same texts in the body. */
export const harmlessBodies: readonly Sent[] = texts.map((text) => json({ title: 'x', text }));
