import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createRaw } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { namesFile, type NamedInstance } from '../contract/names.js';
import { namesEnvironment } from './names.js';

let folder: string;
let servers: Server[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall names "here" '));
  await mkdir(join(folder, 'data'));
  servers = [];
});

afterEach(async () => {
  for (const server of servers) server.close();
  await rm(folder, { recursive: true, force: true });
});

/** An instance of a service on port 3001, with a server that says `text`. */
async function instance(text: string, address: string): Promise<NamedInstance> {
  const server = createServer((request, response) => response.end(`${text} ${String(request.headers.host)}`));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address, ports: { 3001: (server.address() as { port: number }).port } };
}

const write = (...instances: readonly NamedInstance[]) =>
  writeFile(
    namesFile({ data: join(folder, 'data') }),
    JSON.stringify({
      namespaces: ['shop.local'],
      names: { 'auth-service.shop.local': { routing: 'MULTIVALUE', ttlSeconds: 10, instances } },
    }),
  );

/** What an ES module prints with `console.log` inside a task process, as JSON. */
async function inside(code: string, env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
    env: {
      PATH: process.env['PATH'] ?? '',
      ...env,
      ...namesEnvironment({ data: join(folder, 'data') }, env),
    },
  });
  return JSON.parse(stdout) as unknown;
}

const failing = (call: string) =>
  `console.log(JSON.stringify(await ${call}.then(() => 'found', ({ code, syscall, hostname }) => [code, syscall, hostname])));`;

describe('inside a task process', () => {
  it('reaches a task by its name and AWS port, with the name in Host', async () => {
    await write(await instance('auth', '127.64.0.1'));
    const texts = await inside(`
      import http from 'node:http';
      const url = 'http://auth-service.shop.local:3001/x';
      const plain = await new Promise((resolve) => http.get(url, (r) => r.setEncoding('utf8').on('data', resolve)));
      const byNumber = await new Promise((resolve) => {
        import('node:net').then(({ Socket }) => {
          const socket = new Socket();
          socket.connect(3001, 'AUTH-service.shop.local', () => socket.write('GET / HTTP/1.0\\r\\n\\r\\n'));
          socket.on('data', (data) => resolve(String(data).split(' ')[1]));
        });
      });
      console.log(JSON.stringify([plain, await (await fetch(url)).text(), byNumber]));
    `);
    const said = 'auth auth-service.shop.local:3001';
    expect(texts).toEqual([said, said, '200']);
  });

  it('answers every way to ask for addresses with each instance, in changing order', async () => {
    const first = await instance('a', '127.64.0.1');
    await write(first, { ...first, address: '127.64.0.2' });
    const found = (await inside(`
      import dns, { lookup, promises } from 'node:dns';
      import { promisify } from 'node:util';
      const name = 'auth-service.shop.local';
      const orders = new Set();
      for (let i = 0; i < 50; i += 1) orders.add((await promises.resolve4(name)).join());
      console.log(JSON.stringify([
        [...orders].sort(),
        (await promisify(lookup)(name)).family,
        (await promises.lookup(name, { all: true })).map(({ address }) => address).sort(),
        (await promises.lookup(name)).family,
        (await promisify(dns.resolve4)(name, { ttl: true }))[0].ttl,
        (await promisify(dns.resolve)(name)).length,
        (await new promises.Resolver().resolve4(name)).length,
      ]));
    `)) as unknown[];
    const both = ['127.64.0.1', '127.64.0.2'];
    expect(found).toEqual([['127.64.0.1,127.64.0.2', '127.64.0.2,127.64.0.1'], 4, both, 4, 10, 2, 2]);
  });

  it('reaches an instance by its address, as clients do that look names up themselves', async () => {
    await write(await instance('a', '127.64.0.1'));
    const text = await inside(`console.log(JSON.stringify(await (await fetch('http://127.64.0.1:3001')).text()));`);
    expect(text).toBe('a 127.64.0.1:3001');
  });

  it('knows no other name of the namespace', async () => {
    await write();
    const promises = `(await import('node:dns/promises'))`;
    expect(await inside(failing(`${promises}.lookup('other.shop.local')`))).toEqual([
      'ENOTFOUND',
      'getaddrinfo',
      'other.shop.local',
    ]);
    expect(await inside(failing(`${promises}.resolve4('auth-service.shop.local')`))).toEqual([
      'ENOTFOUND',
      'queryA',
      'auth-service.shop.local',
    ]);
    expect(
      await inside(failing(`fetch('http://auth-service.shop.local:3001').catch((e) => { throw e.cause; })`)),
    ).toEqual(['ENOTFOUND', 'getaddrinfo', 'auth-service.shop.local']);
  });

  it('has no address of the newer kind', async () => {
    await write(await instance('a', '127.64.0.1'));
    const asked = `(await import('node:dns/promises')).lookup('auth-service.shop.local', { family: 6 })`;
    expect(await inside(failing(asked))).toEqual(['ENOTFOUND', 'getaddrinfo', 'auth-service.shop.local']);
  });

  it('finds *.localhost on the loopback address', async () => {
    const { ports } = await instance('edge', '127.64.0.1');
    const url = `http://api.shop.localhost:${String(ports[3001])}`;
    expect(await inside(`console.log(JSON.stringify(await (await fetch('${url}')).text()));`)).toContain(
      'edge api.shop',
    );
  });

  it('sees within two seconds that an instance has gone', async () => {
    await write(await instance('a', '127.64.0.1'));
    const file = JSON.stringify(namesFile({ data: join(folder, 'data') }));
    const found = await inside(`
      import { promises } from 'node:dns';
      import { writeFileSync } from 'node:fs';
      const before = await promises.resolve4('auth-service.shop.local');
      writeFileSync(${file}, JSON.stringify({ namespaces: ['shop.local'], names: {} }));
      await new Promise((resolve) => setTimeout(resolve, 1100));
      const after = await promises.resolve4('auth-service.shop.local').catch(({ code }) => code);
      console.log(JSON.stringify([before, after]));
    `);
    expect(found).toEqual([['127.64.0.1'], 'ENOTFOUND']);
  });

  it('leaves other names, ports, paths and the user’s own options alone', async () => {
    await write(await instance('a', '127.64.0.1'));
    const path = join(folder, 'socket');
    const raw = createRaw((socket) => socket.end('by path'));
    await new Promise<void>((resolve) => raw.listen(path, resolve));
    const found = await inside(
      `
      import net from 'node:net';
      import { promises } from 'node:dns';
      const text = await new Promise((resolve) => net.connect(${JSON.stringify(path)}).on('data', (d) => resolve(String(d))));
      const wrong = await new Promise((resolve) => net.connect(9, 'auth-service.shop.local').on('error', (e) => resolve(e.code)));
      console.log(JSON.stringify([text, wrong, (await promises.lookup('localhost', 4)).address, process.title]));
    `,
      { NODE_OPTIONS: '--title=mine' },
    );
    raw.close();
    expect(found).toEqual(['by path', 'ECONNREFUSED', '127.0.0.1', 'mine']);
  });
});

it('does not resolve elsewhere', async () => {
  await write(await instance('a', '127.64.0.1'));
  const { promises } = await import('node:dns');
  await expect(promises.lookup('auth-service.shop.local')).rejects.toThrow();
});
