import { createServer, Agent, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createDrain } from './drain.js';

const request = (port: number, agent: Agent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get({ port, agent, host: '127.0.0.1' }, (response) => resolve(response.resume())).on('error', reject);
  });

test('answers the open request, then closes its kept-alive connection', async () => {
  const server = createServer((_request, response) => {
    drain.track(response);
    setTimeout(() => response.end('done'), 200);
  });
  const drain = createDrain(server, 5_000);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const answer = request(port, new Agent({ keepAlive: true }));
  await sleep(100);
  const closed = new Promise((resolve) => server.close(resolve));
  drain.begin();

  const response = await answer;
  expect(response.statusCode).toBe(200);
  expect(response.headers.connection).toBe('close');
  await closed;
});

test('cuts what is still open at the deadline', async () => {
  const server = createServer((_request, response) => drain.track(response));
  const drain = createDrain(server, 100);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const answer = request(port, new Agent()).catch((error: Error) => error.message);
  await sleep(100);
  const closed = new Promise((resolve) => server.close(resolve));
  drain.begin();

  expect(await answer).toBe('socket hang up');
  await closed;
});
