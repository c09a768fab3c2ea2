import { LandfallError } from '../../../base/errors.js';
import type { LocalContext } from '../../../local/contract/context.js';
import type { ServiceArgs } from './arguments.js';

/** A secret's ARN has seven parts; what follows names a key of a JSON secret, a stage and a version. */
const partsOfArn = 7;

/**
 * The environment of an instance: its variables, and its secrets as they are now. The values go into the process and nowhere else.
 * @throws LandfallError `SECRET_UNKNOWN`, `SECRET_WITHOUT_KEY`, `SECRET_VERSION_NOT_LOCAL`, `SECRET_WITHOUT_VALUE`
 */
export async function instanceEnvironment(
  { source_configuration: [{ image_repository }] }: ServiceArgs,
  ctx: LocalContext,
): Promise<Readonly<Record<string, string>>> {
  const configuration = image_repository[0].image_configuration?.[0];
  const secrets = Object.entries(configuration?.runtime_environment_secrets ?? {}).map(
    async ([name, reference]) => [name, await secretValue(reference, ctx)] as const,
  );
  return { ...configuration?.runtime_environment_variables, ...Object.fromEntries(await Promise.all(secrets)) };
}

/** @see https://docs.aws.amazon.com/apprunner/latest/dg/env-variable.html (not re-read) */
async function secretValue(reference: string, ctx: LocalContext): Promise<string> {
  const parts = reference.split(':');
  const arn = parts.slice(0, partsOfArn).join(':');
  const [key = '', stage = '', version = ''] = parts.slice(partsOfArn);
  const fail = (code: string, message: string, fix: string) =>
    new LandfallError({ code, message: `${ctx.address} ${message}`, fix, path: ctx.address });
  const address = ctx.addressOf('arn', arn);
  if (address === undefined)
    throw fail('SECRET_UNKNOWN', `refers to the secret ${arn}, which does not exist.`, 'Run infra:deploy again.');
  if (!['', 'AWSCURRENT'].includes(stage) || version !== '')
    throw fail(
      'SECRET_VERSION_NOT_LOCAL',
      `refers to the version ${stage}${version} of the secret ${arn}; the local plane keeps the current one alone.`,
      'Refer to the current version.',
    );
  const value = await ctx.connect(address, 'secret').read();
  const found = key === '' ? value : keyOf(value, key);
  if (found !== undefined) return found;
  throw fail(
    'SECRET_WITHOUT_KEY',
    `needs the key ${key} of the secret ${arn}, whose value has no such key, or is not a JSON object.`,
    'Set the secret to a JSON object that has the key.',
  );
}

/** A text as it is, anything else as JSON. */
function keyOf(value: string, key: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || !Object.hasOwn(parsed, key)) return undefined;
  const found: unknown = Reflect.get(parsed, key);
  return typeof found === 'string' ? found : JSON.stringify(found);
}
