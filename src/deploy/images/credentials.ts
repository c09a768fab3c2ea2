import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import type { RegistryCredentials } from './registry.js';

/** What signs in to the registry of the repositories. */
export interface RegistryLogin {
  /** Those in force: the last that were asked for. */
  readonly credentials: RegistryCredentials;
  /** New ones in place of those that the registry refused; those in force, where another build has asked for them already. */
  renew(refused: RegistryCredentials): Promise<RegistryCredentials>;
}

/**
 * Signs in with a token of ECR's, valid for twelve hours.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html (not re-read)
 * @throws LandfallError of the AWS SDK's problems
 */
export async function openLogin(session: Pick<AwsSession, 'client'>, signal: AbortSignal): Promise<RegistryLogin> {
  let current = await askForToken(session, signal);
  let asked: Promise<RegistryCredentials> | undefined;
  return {
    get credentials() {
      return current;
    },
    renew: async (refused) => {
      if (refused !== current) return current;
      asked ??= askForToken(session, signal).finally(() => (asked = undefined));
      current = await asked;
      return current;
    },
  };
}

async function askForToken(session: Pick<AwsSession, 'client'>, signal: AbortSignal): Promise<RegistryCredentials> {
  const { authorizationData } = await session
    .client(ECRClient)
    .send(new GetAuthorizationTokenCommand({}), { abortSignal: signal })
    .catch((error: unknown) => {
      throw awsProblem(error, 'sign in to the image registry');
    });
  const text = Buffer.from(authorizationData?.[0]?.authorizationToken ?? '', 'base64').toString();
  const colon = text.indexOf(':');
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
