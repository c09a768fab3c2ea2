import { realpath } from 'node:fs/promises';
import { relative } from 'node:path';
import type { LocalContext, TaskRuntime } from '../../../local/contract/context.js';
import { releaseOf } from '../../../local/contract/releases.js';

/** Runs a Next.js front end: its start command in the folder of its release, where `server.js` stands. */
export const nextRuntime: TaskRuntime = {
  async start(spec, ctx) {
    // A release that is made later is no business of a server that runs.
    const release = await realpath(releaseOf(ctx.folders, spec.service));
    const images = ctx.manifest.images.map((image) =>
      image.service === spec.service ? { ...image, context: relative(ctx.folders.project, release) } : image,
    );
    const env = { HOSTNAME: '127.0.0.1', ...atThisMachine(spec.env, ctx) };
    return ctx.runtime('process').start({ ...spec, env }, { ...ctx, manifest: { ...ctx.manifest, images } });
  },
};

/** URLs of the project's public names get the port at which this machine answers for them. */
export function atThisMachine(
  env: Readonly<Record<string, string>>,
  ctx: Pick<LocalContext, 'manifest' | 'port'>,
): Readonly<Record<string, string>> {
  const port = ctx.port('edge-https');
  const origins = ctx.manifest.endpoints.map(({ host }) => `https://${host}`);
  const local = (value: string) => {
    const origin = origins.find((one) => value === one || value.startsWith(`${one}/`));
    return origin === undefined || port === 443 ? value : `${origin}:${String(port)}${value.slice(origin.length)}`;
  };
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, local(value)]));
}
