import { expect, test } from 'vitest';
import { framingOf } from './framing.js';
import { text } from './responses.js';
import { dial, served } from './testing/loopback.js';

test('tells how a request stood on its connection, and of none that another hop made', async () => {
  const seen: unknown[] = [];
  const { port } = await served((request) => {
    const framing = framingOf(request);
    seen.push([framing?.target, framing?.httpVersion, framing?.headers.map(([name]) => name)]);
    seen.push(framingOf({ ...request }));
    return Promise.resolve(text(200, 'ok'));
  });
  const { socket, closed } = await dial(port);
  socket.write('GET http://a/b HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTE: trailers\r\n\r\n');
  await closed;
  expect(seen).toEqual([['http://a/b', '1.1', ['Host', 'Connection', 'TE']], undefined]);
});

test('ends a connection with the request that is to be its last', async () => {
  const targets: string[] = [];
  const { port } = await served((request) => {
    targets.push(request.target);
    framingOf(request)?.endConnection();
    return Promise.resolve(text(200, 'ok'));
  });
  const { socket, received, closed } = await dial(port);
  socket.write('GET /one HTTP/1.1\r\nHost: a\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\n\r\n');
  await closed;
  expect(targets).toEqual(['/one']);
  expect(received()).toContain('Connection: close');
});

test('answers the last request of a connection whatever comes behind it', async () => {
  const { port } = await served(() => Promise.resolve(text(200, 'ok')));
  const { socket, received, closed } = await dial(port);
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await closed;
  expect(received().match(/HTTP\/1\.1 200/g)).toHaveLength(1);
});

test.each([
  ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'],
  ['no host', 'GET / HTTP/1.1\r\n\r\n'],
  ['a user in the host', 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n'],
  ['a target of another scheme', 'GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['what is no request', 'hello\r\n\r\n'],
])('refuses %s in the words that it was given', async (_, bytes) => {
  const refusal = (status: number) => text(status, 'In my own words.');
  const { port } = await served(() => Promise.resolve(text(200, 'ok')), { refusal });
  const { socket, received, closed } = await dial(port);
  socket.write(bytes);
  await closed;
  expect(received()).toMatch(/^HTTP\/1\.1 400 Bad Request[\s\S]*In my own words\.$/);
});
