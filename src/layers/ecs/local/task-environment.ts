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

async function readSecret(arn: string, ctx: LocalContext): Promise<string> {
  const address = ctx.addressOf('arn', arn);
  if (address === undefined) {
    throw new LandfallError({
      code: 'SECRET_UNKNOWN',
      message: `The container refers to the secret ${arn}, which does not exist.`,
      fix: 'Run infra:deploy again.',
      path: ctx.address,
    });
  }
  return ctx.connect(address, 'secret').read();
}
