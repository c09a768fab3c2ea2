import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';

const exec = promisify(execFile);

/** A registry on the loopback address that keeps images below a folder. */
export interface ImageRegistry {
  /** Such as `127.0.0.1:40123`. */
  readonly host: string;
  /** Pushes an image kept in a folder. */
  add(folder: string, name: string): Promise<void>;
  /** Pulls an image and unpacks its layers into a new folder. */
  pull(name: string, to: string): Promise<PulledImage>;
  stop(): Promise<void>;
}

const configSchema = z.object({
  config: z.object({
    Env: z.array(z.string()).default([]),
    Entrypoint: z.array(z.string()).nullish(),
    Cmd: z.array(z.string()).nullish(),
    User: z.string().default(''),
    WorkingDir: z.string().default('/'),
  }),
});
const manifestSchema = z.object({
  config: z.object({ digest: z.string() }),
  layers: z.array(z.object({ digest: z.string(), size: z.number() })),
});

export interface PulledImage extends Readonly<z.infer<typeof configSchema>['config']> {
  /** Its files. */
  readonly root: string;
  /** Bytes of all layers, compressed. */
  readonly size: number;
}

export async function startImageRegistry(folder: string): Promise<ImageRegistry> {
  const port = await freePort();
  const host = `127.0.0.1:${String(port)}`;
  const settings = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'registry') } },
    http: { addr: host },
  };
  const file = join(folder, 'registry.json');
  await writeFile(file, JSON.stringify(settings));
  const child = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
  for (let attempt = 0; !(await answers(`http://${host}/v2/`)); attempt += 1) {
    if (attempt > 100 || child.exitCode !== null) throw new Error('The registry does not start.');
    await sleep(100);
  }
  return {
    host,
    add: async (from, name) => {
      await exec('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', `dir:${from}`, `docker://${host}/${name}`]);
    },
    pull: (name, to) => pull(`docker://${host}/${name}`, to),
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

async function pull(image: string, to: string): Promise<PulledImage> {
  const kept = join(to, 'image');
  const root = join(to, 'root');
  await mkdir(root, { recursive: true });
  await exec('skopeo', ['copy', '--quiet', '--src-tls-verify=false', image, `dir:${kept}`]);
  const blob = (digest: string) => join(kept, digest.replace('sha256:', ''));
  const { config, layers } = manifestSchema.parse(JSON.parse(await readFile(join(kept, 'manifest.json'), 'utf8')));
  for (const { digest } of layers) await exec('tar', ['-C', root, '-xzf', blob(digest)]);
  const read = configSchema.parse(JSON.parse(await readFile(blob(config.digest), 'utf8')));
  return { ...read.config, root, size: layers.reduce((sum, { size }) => sum + size, 0) };
}

/** Starts an image's process as a container would, as far as chroot goes. @param command instead of the image's own */
export function runImage(image: PulledImage, env: Readonly<Record<string, string>>, command?: readonly string[]) {
  const variables = [...image.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  const line = [...(image.Entrypoint ?? []), ...(command ?? image.Cmd ?? [])];
  const inside = ['/usr/bin/env', '-i', `--chdir=${image.WorkingDir || '/'}`, ...variables, ...line];
  return spawn('chroot', [`--userspec=${image.User || '0:0'}`, image.root, ...inside], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
