import { LandfallError } from '../../base/errors.js';
import type { Stack } from '../../stack/stack.js';
import { openAws, type AwsSession, type OpenAws } from './session.js';

/**
 * Signs in for an environment: what every command on AWS starts with.
 * @throws LandfallError `ACCOUNT_MISMATCH` in another account than the config names, and what `openAws` throws
 */
export async function openAccount(
  { region, environment, account }: Pick<Stack, 'region' | 'environment' | 'account'>,
  options: Omit<OpenAws, 'region'>,
): Promise<AwsSession> {
  const session = await openAws({ region, ...options });
  const { accountId, callerArn } = session;
  if (account === undefined || account === accountId) return session;
  const path = `environments.${environment}.account`;
  throw new LandfallError({
    code: 'ACCOUNT_MISMATCH',
    message: `The environment ${environment} belongs to the account ${account}, and you are signed in to ${accountId} (${callerArn}).`,
    fix: `Sign in to ${account}, such as with AWS_PROFILE; or correct ${path} in the config.`,
    path,
  });
}
