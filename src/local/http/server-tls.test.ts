import { once } from 'node:events';
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2';
import { request } from 'node:https';
import { PassThrough, Readable } from 'node:stream';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCertificates, type Certificates } from '../certificates.js';
import { realClock } from '../clock.js';
import type { Handler, HttpRequest } from '../contract/http.js';
import { json, text } from './responses.js';
import type { ServeOptions } from './server.js';
import { collected, gate, served, type Served } from './testing/loopback.js';

const NAME = 'api.shop.localhost';
let certificates: Certificates;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-'));
  const same = (bytes: Buffer): Promise<Buffer> => Promise.resolve(bytes);
  const names = ['*.shop.localhost', 'shop.localhost', '*.shop.local', 'localhost'];
  const ips = ['127.0.0.1', '::1'];
  certificates = await openCertificates({
    folder,
    name: 'Test',
    seal: same,
    unseal: same,
    names,
    ips,
    clock: realClock,
  });
  return () => rm(folder, { recursive: true });
});

function secure(handler: Handler['request'], more: Partial<ServeOptions> = {}): Promise<Served> {
  const { certPem: cert, keyPem: key } = certificates;
  return served(handler, { tls: { cert, key, minVersion: 'TLSv1.2' }, http2: true, ...more });
}

function h2(port: number): ClientHttp2Session {
  const session = connect(`https://${NAME}:${String(port)}`, {
    ca: certificates.caPem,
    host: '127.0.0.1',
    servername: NAME,
    lookup: (_, options, done) => {
      if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
      else done(null, '127.0.0.1', 4);
    },
  });
  onTestFinished(() => {
    session.destroy();
  });
  return session;
}

async function finished(stream: ClientHttp2Stream): Promise<{ head: Record<string, unknown>; body: string }> {
  const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
  let body = '';
  for await (const chunk of stream.setEncoding('utf8')) body += String(chunk);
  return { head, body };
}

test('HTTP/1.1 over TLS, with and without HTTP/2 on offer', async () => {
  for (const http2 of [true, false]) {
    const server = await secure((incoming) => Promise.resolve(json(200, [incoming.tls, incoming.httpVersion])), {
      http2,
    });
    const options = { host: '127.0.0.1', port: server.port, servername: NAME, ca: certificates.caPem, agent: false };
    const outgoing = request({ ...options, headers: { host: NAME } }).end();
    const [response] = (await once(outgoing, 'response')) as [Parameters<typeof collected>[0]];
    const [tls, version] = JSON.parse((await collected(response)).body) as [HttpRequest['tls'], string];
    expect([version, tls]).toMatchObject([
      '1.1',
      { serverName: NAME, protocol: 'TLSv1.3', cipher: expect.stringMatching(/^TLS_/) as string },
    ]);
  }
});

test('HTTP/2 requests look like HTTP/1.1 ones: host from :authority, cookie crumbs joined', async () => {
  const server = await secure((incoming) =>
    Promise.resolve(json(200, { ...incoming, body: incoming.body, trace: 0, signal: 0 })),
  );
  const session = h2(server.port);
  const fields: OutgoingHttpHeaders = { ':path': '/offers?page=2', 'x-a': '1', cookie: ['a=1', 'b=2'] };
  const { head, body } = await finished(session.request(fields));
  expect(head).toMatchObject({ ':status': 200, 'x-landfall-trace': expect.stringMatching(/^[0-9a-f]{20}$/) as string });
  expect(JSON.parse(body)).toMatchObject({
    method: 'GET',
    target: '/offers?page=2',
    httpVersion: '2.0',
    headers: [
      ['host', `${NAME}:${String(server.port)}`],
      ['x-a', '1'],
      ['cookie', 'a=1; b=2'],
    ],
    body: null,
    tls: { serverName: NAME },
    peer: { address: '127.0.0.1' },
  });
});

test('HTTP/2 responses lose connection fields and keep duplicates', async () => {
  const server = await secure(() =>
    Promise.resolve({
      status: 200,
      headers: [
        ['Set-Cookie', 'a=1'],
        ['Connection', 'close'],
        ['Keep-Alive', 'timeout=5'],
        ['Set-Cookie', 'b=2'],
        ['Content-Type', 'text/plain'],
        ['content-type', 'text/html'],
      ],
      body: Buffer.from('ok'),
    }),
  );
  const { head, body } = await finished(h2(server.port).request({ ':path': '/' }));
  expect(body).toBe('ok');
  expect(head).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'content-type': 'text/plain' });
  expect(head).not.toHaveProperty('connection');
});

test('HTTP/2 streams both ways, HEAD has no body, a failing handler is 500', async () => {
  const server = await secure(({ target, body }) => {
    if (target === '/fail') return Promise.reject(new Error('boom'));
    return Promise.resolve(target === '/head' ? text(200, 'hidden') : { status: 200, headers: [], body });
  });
  const session = h2(server.port);
  const echo = session.request({ ':method': 'POST', ':path': '/' });
  await once(echo, 'response');
  for (const word of ['one', 'two']) {
    echo.write(word);
    const [chunk] = (await once(echo, 'data')) as [Buffer];
    expect(chunk.toString()).toBe(word);
  }
  echo.end();
  await once(echo, 'end');
  const head = await finished(session.request({ ':method': 'HEAD', ':path': '/head' }));
  expect([head.head['content-length'], head.body]).toEqual(['6', '']);
  expect((await finished(session.request({ ':path': '/fail' }))).head[':status']).toBe(500);
});

test('HTTP/2: a reset stream aborts its own signal, a failing body resets the stream', async () => {
  const began = gate<HttpRequest>();
  const server = await secure((incoming) => {
    const body = new PassThrough();
    if (incoming.target === '/slow') began.open(incoming);
    else body.write('half', () => setImmediate(() => body.destroy(new Error('disk gone'))));
    return Promise.resolve({ status: 200, headers: [], body });
  });
  const session = h2(server.port);
  const slow = session.request({ ':path': '/slow' });
  const { signal } = await began.opened;
  slow.close(8);
  await once(signal, 'abort');
  await expect(finished(session.request({ ':path': '/broken' }))).rejects.toThrow();
  expect(server.errors).toMatchObject([{ message: 'disk gone' }]);
});

test('HTTP/2: an early answer to an upload, and a graceful close', async () => {
  const finish = gate();
  const server = await secure(async ({ target }) => {
    if (target === '/slow') await finish.opened;
    return text(413, 'too large');
  });
  const session = h2(server.port);
  const upload = session.request({ ':method': 'POST', ':path': '/' });
  upload.on('error', () => undefined);
  Readable.from([Buffer.alloc(3_000_000)]).pipe(upload);
  expect((await finished(upload)).head[':status']).toBe(413);
  const slow = finished(session.request({ ':path': '/slow' }));
  await new Promise((resolve) => session.ping(resolve));
  const closed = server.close({ graceMs: 10_000 });
  finish.open();
  expect((await slow).body).toBe('too large');
  await closed;
});
