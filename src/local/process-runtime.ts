import { join } from 'node:path';
import { LandfallError } from '../base/errors.js';
import { shellCommand } from '../base/shell.js';
import type { LocalContext, RunningTask, TaskRuntime, TaskSpec } from './contract/context.js';
import { processEnvironment } from './contract/environment.js';
import { createUpstream } from './http/client.js';
import { namesEnvironment } from './process/names.js';

/** Runs a service's own command as a process with a port of its own, given as `PORT`; the names of Cloud Map resolve in it. */
export const processRuntime: TaskRuntime = {
  async start(spec, ctx) {
    const { start, context } = imageOf(spec, ctx);
    const [command, ...args] = spec.command ?? [];
    const port = await ctx.freePort();
    const running = await ctx.processes.start({
      name: spec.id,
      ...(command === undefined ? shellCommand(start) : { command, args }),
      cwd: join(ctx.folders.project, context),
      env: {
        ...processEnvironment(ctx),
        ...spec.env,
        ...namesEnvironment(ctx.folders, spec.env),
        PORT: String(port),
      },
      stopSignal: spec.stopSignal,
      stopTimeoutSeconds: spec.stopTimeoutSeconds,
    });
    const upstream = createUpstream({ origin: `http://127.0.0.1:${String(port)}` });
    const task: RunningTask = {
      id: spec.id,
      pid: running.pid,
      port,
      handler: upstream,
      healthHandler: upstream,
      lastLines: () => running.lastLines(),
      exited: running.exited.then(({ code, signal }) => ({
        message: code === null ? `signal ${String(signal)}` : `exit code ${String(code)}`,
        ...(code !== null && { exitCode: code }),
      })),
      stop: async () => {
        await running.stop();
        await upstream.close();
      },
    };
    return task;
  },
};

function imageOf(spec: TaskSpec, ctx: LocalContext): { readonly start: string; readonly context: string } {
  const image = ctx.manifest.images.find(({ service }) => service === spec.service);
  if (image?.start !== undefined) return { start: image.start, context: image.context };
  throw new LandfallError({
    code: 'NO_START_COMMAND',
    message: `The manifest has no command that starts ${spec.service}.`,
    fix: `Give it one: services.${spec.service}.start in the config.`,
  });
}
