import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheServer, LocalContext, RunningTask, TaskRuntime } from '../../../local/contract/context.js';
import type { Handler } from '../../../local/contract/http.js';
import { text } from '../../../local/http/responses.js';
import { gatewayHealthPath } from '../../../stack/gateway-task.js';
import { readDeclarative } from './declarative.js';
import { LocalGateway } from './gateway.js';

/** Runs the gateway inside the plane, from the very `kong.yml` of the artifact. */
export const kongRuntime: TaskRuntime = {
  async start(spec, ctx) {
    const file = join(ctx.folders.artifact, 'kong.yml');
    const stopping = new AbortController();
    const gateway = new LocalGateway(readDeclarative(await readFile(file, 'utf8'), file), {
      address: ctx.address,
      clock: ctx.clock,
      edgePort: ctx.port('edge-https'),
      reach: (name, port) => ctx.reach(name, port),
      env: spec.env,
      cache: (name) => cacheOf(name, ctx),
      signal: stopping.signal,
    });
    let ended: () => void = () => undefined;
    const task: RunningTask = {
      id: spec.id,
      pid: undefined,
      handler: gateway,
      healthHandler: status,
      lastLines: () => [],
      exited: new Promise((resolve) => (ended = () => resolve({ message: 'stopped' }))),
      stop: () => {
        stopping.abort();
        ended();
        return Promise.resolve();
      },
    };
    return task;
  },
};

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
