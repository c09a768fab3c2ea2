import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** Docker's engine: the machine's, or one that was started for the tests. */
export interface DockerEngine {
  /** Sends `docker` to it, with settings and logins of its own. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Why Docker cannot be used here; undefined when it can. */
export async function dockerAbsent(): Promise<string | undefined> {
  if (await fails('docker', 'buildx', 'version')) return 'docker or its plugin buildx is not installed';
  if (await runs()) return undefined;
  if (process.getuid?.() !== 0) return 'no engine of Docker runs, and to start one needs root';
  return (await fails('dockerd', '--version')) ? 'dockerd is not installed' : undefined;
}

const runs = async (...options: readonly string[]) => !(await fails('docker', ...options, 'version'));

/** Where none runs, one with the image store of containerd, which is that of new installations since Docker 29. It keeps everything below `folder`. */
export async function openDockerEngine(folder: string): Promise<DockerEngine> {
  const own = join(folder, 'docker');
  const config = join(own, 'config');
  await mkdir(config, { recursive: true });
  if (await runs()) return { env: { DOCKER_CONFIG: config }, stop: () => Promise.resolve() };
  const socket = `unix://${join(own, 'socket')}`;
  const stop = await startEngine(own, socket);
  return { env: { DOCKER_HOST: socket, DOCKER_CONFIG: config }, stop };
}

async function startEngine(own: string, socket: string): Promise<() => Promise<void>> {
  const settings = {
    hosts: [socket],
    pidfile: join(own, 'pid'),
    'data-root': join(own, 'data'),
    'exec-root': join(own, 'run'),
    features: { 'containerd-snapshotter': true },
  };
  const file = join(own, 'daemon.json');
  await writeFile(file, JSON.stringify(settings));
  const child = spawn('dockerd', ['--config-file', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
  for (let attempt = 0; !(await runs('--host', socket)); attempt += 1) {
    if (attempt > 300 || child.exitCode !== null) throw new Error(`Docker's engine does not start.\n${log}`);
    await sleep(100);
  }
  return async () => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
    // It leaves its bridge behind.
    await fails('ip', 'link', 'delete', 'docker0');
  };
}

const fails = (program: string, ...args: readonly string[]): Promise<boolean> =>
  exec(program, args).then(
    () => false,
    () => true,
  );
