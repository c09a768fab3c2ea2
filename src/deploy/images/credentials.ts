import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import { isEcr } from './reference.js';
import type { RegistryCredentials } from './registry.js';

/**
 * What signs in to the registry of these repositories: a token of ECR's, valid for twelve hours. Undefined for a registry that is not ECR.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html (not re-read)
 * @throws LandfallError of the AWS SDK's problems
 */
export async function credentialsFor(
  host: string,
  session: Pick<AwsSession, 'client'>,
  signal: AbortSignal,
): Promise<RegistryCredentials | undefined> {
  if (!isEcr(host)) return undefined;
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
