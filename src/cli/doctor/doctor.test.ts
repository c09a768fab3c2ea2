import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { portsCheck, trustCheck } from './local-plane.js';
import { builderCheck, nodeCheck, redisCheck, terraformCheck } from './programs.js';

test.each([
  ['20.18.1', 'ok'],
  ['24.0.0', 'ok'],
  ['20.19.0', 'ok'],
  ['20.18.0', 'failed'],
  ['18.20.4', 'failed'],
])('Node.js %s is %s', (version, state) => {
  expect(nodeCheck(version).state).toBe(state);
});

test('a program that is absent is a warning with what to install', async () => {
  const env = { PATH: '/nowhere' };
  expect(await terraformCheck(env)).toMatchObject({
    state: 'warning',
    fix: expect.stringContaining('Install') as string,
  });
  expect(await redisCheck(env)).toMatchObject({ state: 'warning', fix: expect.stringContaining('Install') as string });
});

test('names the ports that are taken, unless the plane itself has them', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    // Another test may have one of those that follow.
    const found = expect.stringContaining(`taken: ${String(port)}`) as string;
    expect(await portsCheck(port, undefined)).toMatchObject({ state: 'warning', found });
    expect(await portsCheck(port, port)).toMatchObject({ state: 'ok' });
  } finally {
    server.close();
  }
});

test('the local authority is trusted when the system’s bundle holds it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-doctor-'));
  const bundle = join(folder, 'bundle.crt');
  const pem = '-----BEGIN CERTIFICATE-----\nAAAA\nBBBB\n-----END CERTIFICATE-----\n';
  try {
    expect(await trustCheck(folder, [bundle])).toMatchObject({ state: 'ok' });
    await writeFile(join(folder, 'ca.pem'), pem);
    expect(await trustCheck(folder, [bundle])).toMatchObject({ state: 'warning' });
    await writeFile(bundle, `other\n${pem}`);
    expect(await trustCheck(folder, [bundle])).toMatchObject({ state: 'ok', found: join(folder, 'ca.pem') });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the builder of images is named, and a wrong one is a warning', async () => {
  expect(await builderCheck({ LANDFALL_BUILDER: 'containerify' })).toMatchObject({
    state: 'ok',
    found: 'containerify (part of Landfall; it follows no Dockerfile)',
  });
  expect(await builderCheck({ LANDFALL_BUILDER: 'kaniko' })).toMatchObject({ state: 'warning' });
});
