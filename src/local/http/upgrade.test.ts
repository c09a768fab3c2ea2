import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import type { Handler } from '../contract/http.js';
import { text } from './responses.js';
import { dial, origin, served, upstream } from './testing/loopback.js';
import { refuseUpgrade } from './upgrade.js';

const UPGRADE =
  'GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n';

async function echoOrigin(): Promise<{ url: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const { url, server } = await origin((_, response) => response.end('plain'));
  server.on('upgrade', (incoming, socket: Socket) => {
    sockets.push(socket);
    if (incoming.url === '/refuse') {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nX-Why: token\r\n\r\nno');
      return;
    }
    const key = String(incoming.headers['sec-websocket-key']);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Key: ${key}\r\n\r\nhello `,
    );
    socket.pipe(socket);
  });
  return { url, sockets };
}

test('tunnels an upgrade both ways, and closes both ends', async () => {
  const { url, sockets } = await echoOrigin();
  const server = await served(upstream(url));
  const { socket, received } = await dial(server.port);
  socket.write(`${UPGRADE}early `);
  await vi.waitUntil(() => received().endsWith('hello early '));
  expect(received()).toMatch(/^HTTP\/1.1 101 .*X-Key: k\r\nx-landfall-trace: \w+\r\n\r\nhello /s);
  socket.write('again');
  await vi.waitUntil(() => received().endsWith('again'));
  socket.destroy();
  await vi.waitUntil(() => sockets[0]?.destroyed);
  expect(server.traces.list()).toMatchObject([{ status: 101, path: '/ws' }]);
});

test('the end of the upstream ends the client', async () => {
  const { url, sockets } = await echoOrigin();
  const server = await served(upstream(url));
  const { socket, received } = await dial(server.port);
  socket.write(UPGRADE);
  await vi.waitUntil(() => received().includes('hello'));
  sockets[0]?.destroy();
  await once(socket, 'close');
});

test('passes a refusal on', async () => {
  const { url } = await echoOrigin();
  const server = await served(upstream(url));
  const { socket, received } = await dial(server.port);
  socket.write(UPGRADE.replace('/ws', '/refuse'));
  await once(socket, 'close');
  expect(received()).toMatch(
    /^HTTP\/1.1 401 Unauthorized\r\nContent-Length: 2\r\nX-Why: token\r\nConnection: close\r\n.*no$/s,
  );
  expect(server.traces.list()).toMatchObject([{ status: 401 }]);
});

test('a handler may refuse by itself; one that throws is answered 500; an absent upstream is refused', async () => {
  const dead = upstream('http://127.0.0.1:9');
  const handler: Handler = {
    request: () => Promise.reject(new Error()),
    upgrade(request, socket, head) {
      if (request.target === '/dead') return dead.upgrade(request, socket, head);
      if (request.target === '/throw') throw new Error('boom');
      refuseUpgrade(socket, request, text(403, 'blocked'));
      return Promise.resolve();
    },
  };
  const server = await served(handler);
  for (const [path, status] of [
    ['/ws', 403],
    ['/throw', 500],
    ['/dead', 500],
  ] as const) {
    const { socket, received } = await dial(server.port);
    socket.write(UPGRADE.replace('/ws', path));
    await once(socket, 'close');
    expect(received()).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
  }
  expect(server.errors).toMatchObject([{ message: 'boom' }, { name: 'UpstreamError', reason: 'refused' }]);
});

test('other upgrades than WebSocket are ordinary requests', async () => {
  const server = await served(async (request) => {
    let body = '';
    for await (const chunk of request.body ?? []) body += String(chunk);
    return text(200, `${request.method} ${body}`);
  });
  const { socket, received } = await dial(server.port);
  socket.write(
    'POST / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nContent-Length: 5\r\n\r\nhe',
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.write('llo');
  await vi.waitUntil(() => received().endsWith('POST hello'));
});

test('close ends tunnels at once', async () => {
  const { url } = await echoOrigin();
  const server = await served(upstream(url));
  const { socket, received } = await dial(server.port);
  socket.write(UPGRADE);
  await vi.waitUntil(() => received().includes('hello'));
  await server.close({ graceMs: 60_000 });
  await vi.waitUntil(() => socket.destroyed);
});
