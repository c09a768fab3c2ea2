import { createHash, randomInt } from 'node:crypto';
import { LandfallError } from '../../base/errors.js';
import type { LocalContext } from '../../local/contract/context.js';
import type { LocalBehaviour, LocalReader, Resolved } from '../../stack/layer.js';

/** Secrets Manager ends an ARN with six characters of its own; here they come from the name. */
const suffixOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 6);

/** A secret: its name and ARN; the value lives in the sealed vault under the name. */
export const secretLocal: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'Versions, rotation and recovery windows.',
  apply({ args }, ctx) {
    const name = String(args['name']);
    const arn = `arn:aws:secretsmanager:${ctx.region}:${ctx.accountId}:secret:${name}-${suffixOf(name)}`;
    const write = (value: string) => ctx.vault.write(name, value);
    ctx.provide('secret', { arn, name, read: () => readValue(name, ctx), write });
    return Promise.resolve({ id: arn, arn, name });
  },
  async destroy(_resolved, ctx) {
    const name = ctx.prior?.['name'];
    if (typeof name === 'string') await ctx.vault.delete(name);
  },
};

async function readValue(name: string, ctx: LocalContext): Promise<string> {
  const value = await ctx.vault.read(name);
  if (value !== undefined) return value;
  throw new LandfallError({
    code: 'SECRET_WITHOUT_VALUE',
    message: `The secret ${name} has no value on the local plane.`,
    fix: `Give it one: landfall secrets:set ${name.split('/').slice(2).join('/')} --env ${ctx.environment} --local (the value is read from standard input).`,
    path: ctx.address,
  });
}

/** Writes the value when it is new or its version was raised: a later apply keeps what is there, as a write-only argument does. */
export const secretVersionLocal: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'Only the current value is kept.',
  async apply(resolved, ctx) {
    const name = nameOf(resolved, ctx);
    const version = resolved.args['secret_string_wo_version'];
    const value = resolved.args['secret_string_wo'] ?? resolved.args['secret_string'];
    const known = await ctx.vault.read(name);
    const kept = known !== undefined && ctx.prior?.['secret_string_wo_version'] === version;
    const endpoint = endpointIn(value);
    if (typeof value === 'string' && !kept) await ctx.vault.write(name, value);
    else if (kept) await moveEndpoint(name, known, endpoint, ctx);
    return {
      id: `${name}|${String(version)}`,
      arn: resolved.args['secret_id'],
      version_id: String(version),
      secret_string_wo_version: version,
      ...(endpoint !== undefined && { endpoint }),
    };
  },
};

/** Where on this machine a URL in the value leads, such as `127.0.0.1:4408`. */
const endpointIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? /@(127\.0\.0\.1:\d+)/.exec(value)?.[1] : undefined;

/** On AWS an endpoint stays; here the plane may have got other ports (`--port-base`): a value that still names the earlier one follows. */
async function moveEndpoint(name: string, value: string, to: string | undefined, ctx: LocalContext): Promise<void> {
  const from = ctx.prior?.['endpoint'];
  if (typeof from !== 'string' || to === undefined || from === to || endpointIn(value) !== from) return;
  await ctx.vault.write(name, value.replace(`@${from}`, `@${to}`));
}

function nameOf({ args }: Resolved, ctx: LocalContext): string {
  const secret = ctx.addressOf('id', String(args['secret_id']));
  const name = secret === undefined ? undefined : ctx.argumentsOf(secret)?.['name'];
  return String(name);
}

/** The current value. */
export const readSecretVersion: LocalReader = async (source, ctx) => ({
  secret_string: await readValue(nameOf(source, ctx), ctx),
});

const lettersAndDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A random password of letters and digits, from the system's generator. */
export const readRandomPassword: LocalReader = ({ args }) => {
  const length = Number(args['password_length'] ?? 32);
  const characters = Array.from({ length }, () => lettersAndDigits.charAt(randomInt(lettersAndDigits.length)));
  return Promise.resolve({ random_password: characters.join('') });
};
