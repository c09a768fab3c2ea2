import { createHash } from 'node:crypto';
import { request, type RequestListener } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { call, dial, gate, origin, served, upstream } from '../../../local/http/testing/loopback.js';
import { cloudfrontData } from './index.js';
import { albDomain, behaviour, fakeDistribution } from './testing/distribution.js';

const host = 'api.shop.localhost';

/** A distribution on a real port, in front of a real server. */
async function inFrontOf(listener: RequestListener, policy = 'Managed-CachingOptimized', more: object = {}) {
  const { plane, https, apply } = await fakeDistribution();
  const server = await origin(listener);
  plane.registry.publish('aws_lb_listener.https', albDomain, 443, upstream(server.url));
  const address = 'data.aws_cloudfront_cache_policy.p';
  const { id } = await plane.read(cloudfrontData.aws_cloudfront_cache_policy, address, { name: policy });
  const forAnyViewer = { viewer_protocol_policy: 'allow-all', compress: true, cache_policy_id: id };
  await apply({ default_cache_behavior: [behaviour('alb', { ...forAnyViewer, ...more })] });
  const { port } = await served(https);
  const get = (path = '/', headers: Readonly<Record<string, string>> = {}) =>
    call(port, { path, headers: { host, ...headers } });
  return { get, port, server: server.server };
}

describe('over real connections', () => {
  it('passes a body that is longer than what it keeps, whole and every time', async () => {
    let asked = 0;
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const { get } = await inFrontOf((_request, response) => {
      asked += 1;
      for (let count = 0; count < 20; count += 1) response.write(chunk);
      response.end();
    });
    const digest = (body: string) => createHash('sha256').update(body).digest('hex');
    const [first, second] = [await get('/large'), await get('/large')];
    expect([first.body.length, digest(first.body)]).toEqual([20 * chunk.length, digest(second.body)]);
    expect([second.headers['x-cache'], asked]).toEqual(['Miss from cloudfront', 2]);
  });

  it('compresses once, and answers the second viewer from the cache', async () => {
    let asked = 0;
    const { port } = await inFrontOf((_request, response) => {
      asked += 1;
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 12_000 });
      response.end('{"a": 1234}\n'.repeat(1000));
    });
    const ask = () =>
      new Promise<readonly [string | undefined, string]>((resolve, reject) => {
        const headers = { host, 'accept-encoding': 'gzip' };
        request({ host: '127.0.0.1', port, agent: false, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (bytes: Buffer) => chunks.push(bytes));
          response.on('end', () => {
            resolve([response.headers['x-cache']?.toString(), gunzipSync(Buffer.concat(chunks)).toString()]);
          });
        })
          .on('error', reject)
          .end();
      });
    const body = '{"a": 1234}\n'.repeat(1000);
    expect(await ask()).toEqual(['Miss from cloudfront', body]);
    expect(await ask()).toEqual(['Hit from cloudfront', body]);
    expect(asked).toBe(1);
  });

  it('sends events as they come, to two viewers of two streams', async () => {
    const more = gate();
    const { port } = await inFrontOf((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write('data: 1\n\n');
      void more.opened.then(() => response.end('data: 2\n\n'));
    }, 'Managed-CachingDisabled');
    const viewers = [await dial(port), await dial(port)];
    for (const { socket } of viewers) socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    await expect.poll(() => viewers.every(({ received }) => received().includes('data: 1'))).toBe(true);
    expect(viewers.some(({ received }) => received().includes('data: 2'))).toBe(false);
    more.open();
    await Promise.all(viewers.map(({ closed }) => closed));
    expect(viewers.every(({ received }) => received().includes('data: 2'))).toBe(true);
  });

  it('carries a WebSocket to the origin and back', async () => {
    const { port, server } = await inFrontOf(() => undefined, 'Managed-CachingDisabled');
    server.on('upgrade', (_request, socket) => {
      onTestFinished(() => void socket.destroy());
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      socket.on('data', (bytes: Buffer) => socket.write(`echo ${bytes.toString()}`));
    });
    const { socket, received } = await dial(port);
    socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`);
    await expect.poll(received).toContain('101 Switching Protocols');
    socket.write('hello');
    await expect.poll(received).toContain('echo hello');
  });

  it('asks the origin once for a hundred viewers at once', async () => {
    let asked = 0;
    const { get } = await inFrontOf((_request, response) => {
      asked += 1;
      setImmediate(() => response.end('same'));
    });
    const answers = await Promise.all(Array.from({ length: 100 }, () => get('/popular')));
    expect(new Set(answers.map(({ status, body }) => `${String(status)} ${body}`))).toEqual(new Set(['200 same']));
    expect(asked).toBe(1);
  });

  it('keeps nothing of an answer that breaks off, and breaks off too', async () => {
    let asked = 0;
    const { get } = await inFrontOf((_request, response) => {
      asked += 1;
      if (asked > 1) response.end('whole');
      else {
        response.writeHead(200, { 'content-length': 100 });
        response.write('part');
        setImmediate(() => response.destroy());
      }
    });
    await expect(get()).rejects.toThrow();
    const again = await get();
    expect([again.body, again.headers['x-cache']]).toEqual(['whole', 'Miss from cloudfront']);
  });
});
