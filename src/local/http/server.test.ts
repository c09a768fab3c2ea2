import { once } from 'node:events';
import { request } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { realClock } from '../clock.js';
import type { HttpRequest } from '../contract/http.js';
import { TraceStore } from '../trace.js';
import { json, text } from './responses.js';
import { serve } from './server.js';
import { call, collected, dial, gate, served } from './testing/loopback.js';

async function bytesOf(request: HttpRequest): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request.body ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test('gives the handler the request as it stood on the wire', async () => {
  let seen: HttpRequest | undefined;
  const server = await served((incoming) => {
    seen = incoming;
    return Promise.resolve(text(200, 'ok'));
  });
  const { socket, received } = await dial(server.port);
  socket.write(
    'GET /a%2Fb?q=1&q=2 HTTP/1.1\r\nX-Two: b\r\nHost: api.shop.localhost\r\nx-two: a\r\nConnection: x-hop\r\nX-Hop: 1\r\n\r\n',
  );
  await vi.waitUntil(() => received().endsWith('ok'));
  expect(seen).toMatchObject({
    method: 'GET',
    target: '/a%2Fb?q=1&q=2',
    httpVersion: '1.1',
    headers: [
      ['X-Two', 'b'],
      ['Host', 'api.shop.localhost'],
      ['x-two', 'a'],
    ],
    body: null,
    peer: { address: '127.0.0.1', port: socket.localPort },
    tls: undefined,
  });
  expect(received()).toMatch(new RegExp(`x-landfall-trace: ${seen?.trace.id ?? '?'}\r\n`));
});

test('writes headers in order, with their spelling and duplicates', async () => {
  const server = await served(() =>
    Promise.resolve({
      status: 200,
      headers: [
        ['Set-Cookie', 'a=1'],
        ['X-Odd', 'x'],
        ['set-cookie', 'b=2'],
        ['Connection', 'keep-alive'],
        ['Content-Length', '2'],
      ],
      body: Buffer.from('ok'),
    }),
  );
  const { rawHeaders } = await call(server.port);
  expect(rawHeaders.slice(0, 8)).toEqual([
    'Set-Cookie',
    'a=1',
    'X-Odd',
    'x',
    'set-cookie',
    'b=2',
    'Content-Length',
    '2',
  ]);
});

test('HEAD, 204 and 304 have no body, and keep the connection usable', async () => {
  const server = await served(({ target, method }) =>
    Promise.resolve(method === 'HEAD' ? text(200, 'hidden') : text(Number(target.slice(1)), 'x', [['ETag', '"1"']])),
  );
  const { socket, received } = await dial(server.port);
  socket.write('HEAD / HTTP/1.1\r\nHost: h\r\n\r\n');
  socket.write('GET /304 HTTP/1.1\r\nHost: h\r\n\r\n');
  socket.write('GET /200 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  await once(socket, 'close');
  expect(received().match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 304', 'HTTP/1.1 200']);
  expect(received()).not.toContain('hidden');
  expect((await call(server.port, { path: '/204' })).body).toBe('');
});

test('streams a response: its first chunk arrives before the last is made', async () => {
  const body = new PassThrough();
  const server = await served(() => Promise.resolve({ status: 200, headers: [], body }));
  const outgoing = request({ port: server.port, host: '127.0.0.1', agent: false }).end();
  const [response] = (await once(outgoing, 'response')) as [Readable];
  body.write('first');
  const [chunk] = (await once(response, 'data')) as [Buffer];
  expect(chunk.toString()).toBe('first');
  body.end('last');
  await once(response, 'end');
});

test('hands on the request body while it still comes in', async () => {
  const server = await served(async (incoming) => {
    const reader = incoming.body?.[Symbol.asyncIterator]();
    const first = (await reader?.next())?.value as Buffer;
    return { status: 200, headers: [], body: Readable.from([first, 'answered before the end']) };
  });
  const outgoing = request({ port: server.port, host: '127.0.0.1', method: 'POST', agent: false });
  outgoing.write('one');
  const [response] = (await once(outgoing, 'response')) as [Parameters<typeof collected>[0]];
  expect((await collected(response)).body).toBe('oneanswered before the end');
  outgoing.end('two');
});

test('an unread or half-read body does not spoil the connection', async () => {
  const server = await served(async (incoming) => {
    if (incoming.target === '/half') await incoming.body?.[Symbol.asyncIterator]().next();
    return text(413, 'too large');
  });
  const { socket, received } = await dial(server.port);
  const big = 'x'.repeat(1_000_000);
  for (const path of ['/none', '/half', '/half']) {
    socket.write(`POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: ${String(big.length)}\r\n\r\n${big}`);
  }
  await vi.waitUntil(() => received().split('HTTP/1.1 413').length === 4, 5000);
  expect(server.errors).toEqual([]);
});

test('a handler that throws is answered 500 with the trace, and reported', async () => {
  const boom = new Error('boom');
  const server = await served(() => {
    throw boom;
  });
  const answer = await call(server.port, { path: '/x?token=secret' });
  const id = String(answer.headers['x-landfall-trace']);
  expect(answer).toMatchObject({ status: 500, body: `Internal error in the local plane. Trace: ${id}\n` });
  expect(server.errors).toEqual([boom]);
  expect(server.traces.get(id)).toMatchObject({ status: 500, path: '/x', method: 'GET', hops: [] });
});

test('a body that fails half-way ends the connection', async () => {
  const server = await served(() => {
    const body = new PassThrough();
    body.write('half');
    setImmediate(() => body.destroy(new Error('disk gone')));
    return Promise.resolve({ status: 200, headers: [['Content-Length', '100']], body });
  });
  await expect(call(server.port)).rejects.toThrow('aborted');
  await vi.waitUntil(() => server.errors.length > 0);
  expect(server.errors).toMatchObject([{ message: 'disk gone' }]);
});

test('aborts the signal and records the trace when the client leaves', async () => {
  const began = gate<HttpRequest>();
  const server = await served((incoming) => {
    incoming.trace.hop({ layer: 'alb', address: 'aws_lb.main', name: 'ALB' });
    began.open(incoming);
    return new Promise((_, reject) => {
      incoming.signal.addEventListener('abort', () => {
        reject(incoming.signal.reason as Error);
      });
    });
  });
  const { socket } = await dial(server.port);
  socket.write('GET /slow HTTP/1.1\r\nHost: h\r\n\r\n');
  const { signal, trace } = await began.opened;
  socket.destroy();
  await once(signal, 'abort');
  expect(server.traces.get(trace.id)).toMatchObject({ status: 'aborted', hops: [{ outcome: 'aborted' }] });
  expect(server.errors).toEqual([]);
});

test('destroys a response body nobody waits for', async () => {
  const body = new PassThrough();
  const server = await served(() => Promise.resolve({ status: 200, headers: [], body }));
  const { socket, received } = await dial(server.port);
  socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
  await vi.waitUntil(() => received() !== '');
  const ended = new Promise((resolve) => body.once('close', resolve));
  socket.destroy();
  await ended;
  expect(server.errors).toEqual([]);
});

test.each([
  ['no HTTP at all', 'NONSENSE\r\n\r\n', 400],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
  [
    'both length and chunks',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    400,
  ],
  ['too large a head', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, 431],
])('answers a request with %s, and closes', async (_, bytes, status) => {
  const server = await served(() => Promise.resolve(text(200, 'ok')));
  const { socket, received } = await dial(server.port);
  socket.write(bytes);
  await once(socket, 'close');
  expect(received()).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
});

test('takes an absolute target, HTTP/1.0 and 100-continue', async () => {
  const server = await served(async (incoming) =>
    json(200, [incoming.target, incoming.headers[0]?.[1], incoming.httpVersion, await bytesOf(incoming)]),
  );
  const absolute = await dial(server.port);
  absolute.socket.write('GET http://real.host/p?q HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n');
  const old = await dial(server.port);
  old.socket.write('GET /old HTTP/1.0\r\n\r\n');
  const careful = await dial(server.port);
  careful.socket.write(
    'POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n',
  );
  await vi.waitUntil(() => careful.received().startsWith('HTTP/1.1 100 Continue\r\n\r\n'));
  careful.socket.write('ok');
  await Promise.all([absolute, old, careful].map(({ closed }) => closed));
  expect(absolute.received()).toContain('["/p?q","real.host","1.1",""]');
  expect(old.received()).toContain(`["/old","127.0.0.1:${String(server.port)}","1.0",""]`);
  expect(careful.received()).toContain('["/","h","1.1","ok"]');
});

test('close lets a request in flight finish, and ends idle connections at once', async () => {
  const began = gate();
  const finish = gate();
  const server = await served(async () => {
    began.open();
    await finish.opened;
    return text(200, 'done');
  });
  const idle = await dial(server.port);
  const answer = call(server.port);
  await began.opened;
  const closed = server.close({ graceMs: 10_000 });
  await once(idle.socket, 'close');
  await expect(call(server.port)).rejects.toThrow('ECONNREFUSED');
  finish.open();
  expect(await answer).toMatchObject({ body: 'done', headers: { connection: 'close' } });
  await closed;
});

test('close ends what is still in flight after the grace', async () => {
  const began = gate();
  const server = await served(() => {
    began.open();
    return new Promise(() => undefined);
  });
  const answer = call(server.port);
  const failed = expect(answer).rejects.toThrow('socket hang up');
  await began.opened;
  await server.close({ graceMs: 20 });
  await failed;
  await sleep(1);
});

test('says which port is taken, and what to do', async () => {
  const { port } = await served(() => Promise.resolve(text(200, 'ok')));
  const handler = { request: () => Promise.reject(new Error()), upgrade: () => Promise.reject(new Error()) };
  const second = serve({ port, handler, traces: new TraceStore({ clock: realClock }), clock: realClock });
  await expect(second).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: expect.stringContaining(String(port)) as string,
    fix: expect.stringContaining('--port-base') as string,
  });
});
