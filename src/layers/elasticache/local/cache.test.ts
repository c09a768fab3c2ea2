import { access, readdir, readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { missingServer, openPlace, type Place } from './testing/place.js';

const missing = await missingServer();
if (missing !== undefined) process.stderr.write(`Skipped: tests of a real Redis server. ${missing}\n`);

describe.skipIf(missing !== undefined)('a cache', { timeout: 60_000 }, () => {
  const places: Place[] = [];
  const open = async (data?: string) => {
    const place = await openPlace(data);
    places.push(place);
    return place;
  };
  afterEach(async () => {
    await Promise.all(places.splice(0).map((place) => place.remove()));
  });

  test('answers over TLS with a certificate that is verified', async () => {
    const place = await open();
    await place.openCache();
    expect(await place.client().ping()).toBe('PONG');
    await expect(place.client({ ca: rootCertificates }).ping()).rejects.toThrow();
  });

  test('answers nothing that is not TLS', async () => {
    const place = await open();
    await place.openCache();
    const socket = createConnection(place.port, '127.0.0.1');
    const received: Buffer[] = [];
    socket.on('data', (data: Buffer) => void received.push(data)).on('error', () => undefined);
    socket.write('PING\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
    expect(Buffer.concat(received).toString('latin1')).not.toContain('PONG');
  });

  test('refuses a wrong password, and commands without one', async () => {
    const place = await open();
    await place.openCache();
    await expect(place.client({ password: 'wrong' }).get('key')).rejects.toThrow(/WRONGPASS|closed|ended/i);
    const silent = place.client({ password: null, enableReadyCheck: false });
    await expect(silent.get('key')).rejects.toThrow(/NOAUTH/);
  });

  test('takes the secret’s new password for new connections, and keeps those that stand', async () => {
    const place = await open();
    await place.openCache();
    const old = place.client();
    await old.set('key', 'value');
    place.password = 'another-password-of-the-secret';
    expect(await place.client().get('key')).toBe('value');
    expect(await old.get('key')).toBe('value');
    await expect(place.client({ password: 'password-of-the-secret' }).get('key')).rejects.toThrow();
  });

  test('never evicts: when its memory is full a write fails, and what is there stays', async () => {
    const place = await open();
    await place.openCache({ 'maxmemory-policy': 'noeviction', maxmemory: '4194304' });
    const client = place.client();
    const written: string[] = [];
    const fill = async () => {
      for (let index = 0; index < 200; index += 1) {
        await client.set(`key-${String(index)}`, 'x'.repeat(100_000));
        written.push(`key-${String(index)}`);
      }
    };
    await expect(fill()).rejects.toThrow(/OOM/);
    expect(await client.exists(...written)).toBe(written.length);
    expect(await client.info('memory')).toContain('maxmemory_policy:noeviction');
  });

  test('names parameters that its server does not have, and runs', async () => {
    const place = await open();
    await place.openCache({ 'no-such-parameter': '1', timeout: '0' });
    expect(place.said).toEqual(['the server of this machine has no parameter no-such-parameter: it is left out']);
  });

  test('has what was written when it starts again, with another password too', async () => {
    const place = await open();
    const first = await place.openCache();
    await place.client().set('kept', 'yes');
    await first.stop();
    place.password = 'another-password-of-the-secret';
    await place.openCache();
    expect(await place.client().get('kept')).toBe('yes');
  });

  test('starts again with its data when it was killed', async () => {
    const place = await open();
    const cache = await place.openCache();
    await place.client().set('kept', 'yes');
    const { pid = 0 } = cache.server ?? {};
    await new Promise((resolve) => setTimeout(resolve, 1200));
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => place.client().get('kept').catch(String), { timeout: 20_000, interval: 100 }).toBe('yes');
    expect(cache.server?.pid).not.toBe(pid);
    expect(place.said).toEqual(['ended by itself; it starts again in 1 s']);
  });

  test('refuses connections while its server is away', async () => {
    const place = await open();
    const cache = await place.openCache();
    process.kill(cache.server?.pid ?? 0, 'SIGKILL');
    await expect.poll(() => cache.server).toBeUndefined();
    await expect(place.client().ping()).rejects.toThrow();
  });

  test('has no commands that ElastiCache keeps to itself', async () => {
    const place = await open();
    await place.openCache();
    const client = place.client();
    for (const command of ['config', 'shutdown', 'save', 'bgsave', 'debug', 'replicaof', 'migrate', 'sync'])
      await expect(client.call(command, 'GET', 'x')).rejects.toThrow(/unknown command/);
  });

  test('stands in no file with its password', async () => {
    const place = await open();
    const cache = await place.openCache();
    await place.client().set('key', 'value');
    await cache.stop();
    const files = await readdir(place.folder, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile()))
      expect(await readFile(join(file.parentPath, file.name), 'latin1')).not.toContain(place.password);
  });

  test('runs in a folder whose name is too long for a socket', async () => {
    const place = await open(join('a'.repeat(60), 'b'.repeat(60)));
    const cache = await place.openCache();
    expect(await place.client().ping()).toBe('PONG');
    const socket = cache.server?.socket ?? '';
    expect(socket).not.toContain(place.folder);
    await cache.stop();
    await expect(access(dirname(socket))).rejects.toThrow();
  });

  test('says when its port is taken', async () => {
    const place = await open();
    await place.openCache();
    await expect(place.openCache()).rejects.toMatchObject({ code: 'PORT_TAKEN' });
  });
});
