import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { CacheServer, LocalContext, RunningTask, TaskRuntime } from '../../../local/contract/context.js';
import type { Handler } from '../../../local/contract/http.js';
import { loadBalancerPorts } from '../../../local/contract/load-balancer.js';
import { text } from '../../../local/http/responses.js';
import { gatewayHealthPath } from '../../../stack/gateway-task.js';
import { readDeclarative } from './declarative.js';
import { LocalGateway } from './gateway.js';
import { settingsIn } from './image-settings.js';
import { taskLog } from './task-log.js';

/** Runs the gateway inside the plane, from the very `kong.yml` and Lua of the artifact. */
export const kongRuntime: TaskRuntime = {
  async start(spec, ctx) {
    const file = join(ctx.folders.artifact, 'kong.yml');
    const image = join(ctx.folders.artifact, 'gateway');
    const stopping = new AbortController();
    const log = taskLog(join(ctx.folders.logs, `${spec.id}.log`), ctx.clock);
    const gateway = await LocalGateway.start(readDeclarative(await readFile(file, 'utf8'), file), {
      address: ctx.address,
      clock: ctx.clock,
      edgePort: ctx.port('edge-https'),
      reach: (name, port) => ctx.reach(name, port),
      dial: (name, port) => addressOf(name, port, ctx),
      caCertificate: ctx.certificate.caPem,
      settings: settingsIn(await readFile(join(image, 'Dockerfile'), 'utf8')),
      imageLua: (path) => luaIn(join(image, 'plugins'), path),
      env: spec.env,
      cache: (name) => cacheOf(name, ctx),
      log: log.write,
      signal: stopping.signal,
    });
    let ended: () => void = () => undefined;
    const task: RunningTask = {
      id: spec.id,
      pid: undefined,
      handler: gateway,
      healthHandler: status,
      lastLines: log.lastLines,
      exited: new Promise((resolve) => (ended = () => resolve({ message: 'stopped' }))),
      stop: async () => {
        stopping.abort();
        await within(spec.stopTimeoutSeconds, gateway.close(), ctx);
        ended();
      },
    };
    return task;
  },
};

const luaIn = (folder: string, path: string): string | undefined =>
  existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : undefined;

/** Lua's sockets connect to the plane's own ports: the load balancer's by its names, and loopback addresses. */
function addressOf(
  name: string,
  port: number,
  ctx: LocalContext,
): { readonly host: string; readonly port: number } | undefined {
  if (isIP(name) !== 0) return { host: name, port };
  const role = loadBalancerPorts[port];
  if (role === undefined || ctx.reach(name, port) === undefined) return undefined;
  return { host: '127.0.0.1', port: ctx.port(role) };
}

/** Waits, but not for ever. */
async function within(seconds: number, ending: Promise<void>, { clock }: LocalContext): Promise<void> {
  let cancel: () => void = () => undefined;
  const limit = new Promise<void>((resolve) => (cancel = clock.after(seconds * 1000, resolve)));
  await Promise.race([ending, limit]);
  cancel();
}

const cacheOf = (name: string, ctx: LocalContext): CacheServer | undefined =>
  ctx
    .providers('cacheServer')
    .map((address) => ctx.connect(address, 'cacheServer'))
    .find((cache) => cache.name === name);

/** The status listener: ready as soon as the configuration is read. */
const status: Handler = {
  request: ({ target }) => Promise.resolve(target === gatewayHealthPath ? text(200, 'ready') : text(404, 'Not found')),
  upgrade: (_request, socket) => {
    socket.destroy();
    return Promise.resolve();
  },
};
