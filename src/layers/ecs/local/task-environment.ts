import { LandfallError } from '../../../base/errors.js';
import type { LocalContext } from '../../../local/contract/context.js';
import type { Container } from './task-definition.js';

/** A container's environment: its variables, and its secrets looked up by ARN. The values go into the process and nowhere else. */
export async function taskEnvironment(
  container: Container,
  ctx: LocalContext,
): Promise<Readonly<Record<string, string>>> {
  const plain = container.environment.map(({ name, value }) => [name, value] as const);
  const secret = await Promise.all(
    container.secrets.map(async ({ name, valueFrom }) => [name, await readSecret(valueFrom, ctx)] as const),
  );
  return Object.fromEntries([...plain, ...secret]);
}

/** `arn:aws:secretsmanager:region:account:secret:name`: seven parts, and what may follow. */
const partsOfArn = 7;

/**
 * The value behind `<arn>`, or one key of a JSON secret: `<arn>:<key>:<stage>:<version>`, of which each may be empty.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html (not re-read)
 */
async function readSecret(valueFrom: string, ctx: LocalContext): Promise<string> {
  const parts = valueFrom.split(':');
  const arn = parts.slice(0, partsOfArn).join(':');
  const [key = '', stage = '', version = ''] = parts.slice(partsOfArn);
  const address = ctx.addressOf('arn', arn);
  if (address === undefined) {
    throw new LandfallError({
      code: 'SECRET_UNKNOWN',
      message: `The container refers to the secret ${arn}, which does not exist.`,
      fix: 'Run infra:deploy again.',
      path: ctx.address,
    });
  }
  if ((stage !== '' && stage !== 'AWSCURRENT') || version !== '') throw onlyCurrent(arn, stage, version, ctx.address);
  const value = await ctx.connect(address, 'secret').read();
  return key === '' ? value : keyOf(value, key, arn, ctx.address);
}

/** Texts as they are, anything else as JSON. The value itself is in no message. */
function keyOf(value: string, key: string, arn: string, path: string): string {
  const found = fieldsOf(value)?.[key];
  if (found !== undefined) return typeof found === 'string' ? found : JSON.stringify(found);
  throw new LandfallError({
    code: 'SECRET_WITHOUT_KEY',
    message: `The container needs the key ${key} of the secret ${arn}, whose value has no such key, or is not a JSON object.`,
    fix: 'Set the secret to a JSON object that has the key.',
    path,
  });
}

function fieldsOf(value: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    return Object.fromEntries(Object.entries(parsed));
  } catch {
    return undefined;
  }
}

function onlyCurrent(arn: string, stage: string, version: string, path: string): LandfallError {
  return new LandfallError({
    code: 'SECRET_VERSION_NOT_LOCAL',
    message: `The container refers to the version ${stage}${version} of the secret ${arn}; the local plane keeps the current one alone.`,
    fix: 'Refer to the current version.',
    path,
  });
}
