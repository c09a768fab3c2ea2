import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Handler, HttpRequest } from '../contract/http.js';
import { UpstreamError } from '../contract/http.js';
import { text } from './responses.js';
import { call, collected, dial, gate, origin, served, upstream } from './testing/loopback.js';

/** Answers 502 with the reason, and keeps the error. */
function guarded(inner: Handler, failures: UpstreamError[]): Handler['request'] {
  return async (incoming) => {
    try {
      return await inner.request(incoming);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      failures.push(error);
      return text(502, error.reason);
    }
  };
}

test('passes a request on with its host, order, spelling and body, and the answer back with its duplicates', async () => {
  const { url } = await origin((incoming, response) => {
    response.writeHead(201, ['Set-Cookie', 'a=1', 'X-UP', incoming.rawHeaders.join('|'), 'set-cookie', 'b=2']);
    incoming.pipe(response);
  });
  const server = await served(upstream(url));
  const headers = [
    'Host',
    'api.shop.localhost',
    'X-B',
    '2',
    'x-a',
    '1',
    'X-b',
    '3',
    'Content-Length',
    '5',
    'TE',
    'x',
    'Expect',
    '100-continue',
  ];
  const answer = await call(server.port, { method: 'POST', path: '/p?q=%20', headers }, 'hello');
  expect(answer).toMatchObject({ status: 201, body: 'hello' });
  expect(answer.rawHeaders.slice(0, 6)).toEqual([
    'Set-Cookie',
    'a=1',
    'X-UP',
    'host|api.shop.localhost|connection|keep-alive|X-B|2|x-a|1|X-b|3|content-length|5',
    'set-cookie',
    'b=2',
  ]);
});

test('HEAD and 304 keep their headers', async () => {
  const { url } = await origin((incoming, response) => {
    if (incoming.method === 'HEAD') response.writeHead(200, { 'Content-Length': 1234 }).end();
    else response.writeHead(304, { ETag: '"v1"' }).end();
  });
  const server = await served(upstream(url));
  expect(await call(server.port, { method: 'HEAD' })).toMatchObject({
    headers: { 'content-length': '1234' },
    body: '',
  });
  expect(await call(server.port)).toMatchObject({ status: 304, headers: { etag: '"v1"' }, body: '' });
});

test('streams both ways: each chunk arrives before the next is sent', async () => {
  const { url } = await origin((incoming, response) => {
    response.flushHeaders();
    incoming.pipe(response);
  });
  const server = await served(upstream(url));
  const outgoing = request({ host: '127.0.0.1', port: server.port, method: 'POST', agent: false });
  outgoing.write('zero');
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  await once(response, 'data');
  for (const word of ['one', 'two', 'three']) {
    outgoing.write(word);
    const [chunk] = (await once(response, 'data')) as [Buffer];
    expect(chunk.toString()).toBe(word);
  }
  outgoing.end();
  await once(response, 'end');
});

test('a body as it comes with the head is one buffer, and an empty one null', async () => {
  const { url } = await origin((incoming, response) => response.end(incoming.url === '/empty' ? '' : 'small'));
  const inner = upstream(url);
  const bodies: unknown[] = [];
  const server = await served(async (incoming) => {
    const response = await inner.request(incoming);
    bodies.push(response.body);
    return response;
  });
  expect((await call(server.port)).body).toBe('small');
  expect((await call(server.port, { path: '/empty' })).body).toBe('');
  expect(bodies).toEqual([Buffer.from('small'), null]);
});

const MEGABYTES = 50;
const megabyte = Buffer.alloc(1_048_576, 'x');

function* fifty(sent: { count: number }): Generator<Buffer> {
  for (; sent.count < MEGABYTES; sent.count++) yield megabyte;
}

test('50 MB each way move only as fast as the reader takes them', async () => {
  const made = { count: 0 };
  const { url } = await origin((incoming, response) => {
    if (incoming.method === 'GET') Readable.from(fifty(made)).pipe(response);
    else
      void sleep(300).then(() =>
        pipeline(
          incoming,
          new Writable({
            write: (_c, _e, done) => {
              done();
            },
          }),
        ).then(() => response.end('got it')),
      );
  });
  const server = await served(upstream(url));
  const download = request({ host: '127.0.0.1', port: server.port, agent: false }).end();
  const [response] = (await once(download, 'response')) as [IncomingMessage];
  await sleep(300);
  expect(made.count).toBeLessThan(25);
  let size = 0;
  for await (const chunk of response) size += (chunk as Buffer).length;
  expect(size).toBe(MEGABYTES * megabyte.length);

  const sent = { count: 0 };
  const upload = request({ host: '127.0.0.1', port: server.port, method: 'POST', agent: false });
  const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
  const sending = pipeline(Readable.from(fifty(sent)), upload);
  await sleep(200);
  expect(sent.count).toBeLessThan(25);
  await sending;
  expect((await collected((await answered)[0])).body).toBe('got it');
});

test('a client that leaves ends the request upstream, before and after the head', async () => {
  const gone: string[] = [];
  const { url } = await origin((incoming, response) => {
    response.once('close', () => gone.push(incoming.url ?? ''));
    if (incoming.url === '/stream') response.write('first');
  });
  const failures: UpstreamError[] = [];
  const server = await served(guarded(upstream(url), failures));
  for (const path of ['/wait', '/stream']) {
    const { socket, received } = await dial(server.port);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`);
    if (path === '/stream') await vi.waitUntil(() => received().includes('first'));
    else await sleep(50);
    socket.destroy();
    await vi.waitUntil(() => gone.includes(path));
  }
  expect(failures).toMatchObject([{ reason: 'aborted' }]);
  expect(server.errors).toEqual([]);
});

test('an upload that breaks off breaks off upstream', async () => {
  const began = gate<IncomingMessage>();
  const { url } = await origin((incoming) => {
    incoming.resume().on('error', () => undefined);
    began.open(incoming);
  });
  const failures: UpstreamError[] = [];
  const server = await served(guarded(upstream(url), failures));
  const { socket } = await dial(server.port);
  socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf');
  const incoming = await began.opened;
  socket.destroy();
  await vi.waitUntil(() => incoming.destroyed && failures.length > 0);
  expect(incoming.complete).toBe(false);
  expect(failures).toMatchObject([{ reason: 'aborted' }]);
});

type Breaker = (socket: Socket) => unknown;

async function rawOrigin(listener: Breaker): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    listener(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

test.each<[UpstreamError['reason'], Breaker]>([
  ['reset', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  ['reset', (socket) => socket.once('data', () => socket.end())],
  ['timeout', (socket) => socket.resume()],
  ['protocol', (socket) => socket.once('data', () => socket.end('NONSENSE\r\n\r\n'))],
])('names why there is no answer: %s', async (reason, listener) => {
  const failures: UpstreamError[] = [];
  const url = await rawOrigin(listener);
  const server = await served(guarded(upstream(url, { headersTimeoutMs: 200 }), failures));
  expect(await call(server.port, { method: 'POST' }, 'x')).toMatchObject({ status: 502, body: reason });
  expect(failures[0]?.message).toContain(url);
});

test('an upstream that is not there is refused, and found as soon as it is', async () => {
  const { url, server: first } = await origin((_, response) => response.end('up'));
  const port = Number(new URL(url).port);
  await new Promise((resolve) => first.close(resolve));
  const server = await served(guarded(upstream(url), []));
  expect((await call(server.port)).body).toBe('refused');
  expect((await call(server.port, { method: 'POST' }, 'body')).body).toBe('refused');
  await new Promise<void>((resolve) => first.listen(port, '127.0.0.1', resolve));
  expect((await call(server.port)).body).toBe('up');
});

test('an upstream that breaks off half-way breaks off at the client', async () => {
  const url = await rawOrigin((socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'));
    socket.once('data', () => setTimeout(() => socket.destroy(), 50));
  });
  const server = await served(upstream(url));
  await expect(call(server.port)).rejects.toThrow('aborted');
  await vi.waitUntil(() => server.errors.length > 0);
  expect(server.errors).toMatchObject([{ name: 'UpstreamError', reason: 'reset' }]);
});

test('an answer before the end of the upload reaches the client', async () => {
  const { url } = await origin((_, response) => response.writeHead(413, { Connection: 'close' }).end('too large'));
  const server = await served(upstream(url));
  const outgoing = request({ host: '127.0.0.1', port: server.port, method: 'POST', agent: false });
  outgoing.on('error', () => undefined).write('start');
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  expect(await collected(response)).toMatchObject({ status: 413, body: 'too large' });
  outgoing.end();
});

test('uses connections again', async () => {
  let connections = 0;
  const { url, server: plain } = await origin((_, response) => response.end('ok'));
  plain.on('connection', () => connections++);
  const server = await served(upstream(url));
  for (let index = 0; index < 5; index++) await call(server.port);
  expect(connections).toBe(1);
});

test('a request whose client has left already is not sent', async () => {
  const inner = upstream('http://127.0.0.1:9');
  const incoming = { signal: AbortSignal.abort(), headers: [] } as unknown as HttpRequest;
  await expect(inner.request(incoming)).rejects.toMatchObject({ reason: 'aborted' });
});
