import { z } from 'zod';
import { LandfallError } from '../../../base/errors.js';
import type { LocalContext } from '../../../local/contract/context.js';
import type { LocalBehaviour } from '../../../stack/layer.js';

const inputSchema = z.object({ databases: z.array(z.object({ secretArn: z.string() })) });

/** Runs what the database-init function runs, on the local server, from the same input and secrets. */
export const initialiseDatabases: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'The same SQL runs, but in the plane, without its role’s permissions: not the bundle, which trusts RDS’s certificate authorities alone.',
  async apply({ args, address }, ctx) {
    const { databases } = inputSchema.parse(JSON.parse(String(args['input'])));
    const specs = await Promise.all(databases.map(({ secretArn }) => readSpec(secretArn, ctx)));
    for (const server of ctx.providers('databaseServer')) await ctx.connect(server, 'databaseServer').initialise(specs);
    return { id: address, result: '{}' };
  },
};

async function readSpec(secretArn: string, ctx: LocalContext) {
  const secret = ctx.addressOf('arn', secretArn);
  if (secret === undefined) {
    throw new LandfallError({
      code: 'SECRET_UNKNOWN',
      message: `No secret has the ARN ${secretArn}.`,
      fix: 'Run infra:deploy again; if it stays, report it: the artifact is inconsistent.',
      path: ctx.address,
    });
  }
  const url = new URL(await ctx.connect(secret, 'secret').read());
  return {
    database: decodeURIComponent(url.pathname.slice(1)),
    role: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
}
