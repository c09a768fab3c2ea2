import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@aws-sdk/types';
import { awsProblem } from './problems.js';

/** What every client of the AWS SDK takes. */
export interface ClientConfig {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  /** Standard retries with backoff. */
  readonly maxAttempts: number;
}

/** A signed-in caller in one region. */
export interface AwsSession {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  /** Such as `arn:aws:sts::111122223333:assumed-role/deploy/ada`. */
  readonly callerArn: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  /** A client of this class, made once. @param region default: the session's */
  client<C>(Client: new (config: ClientConfig) => C, region?: string): C;
}

export interface OpenAws {
  readonly region: string;
  /** Default: AWS, or what the standard `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` name. */
  readonly endpoint?: string;
  /** Default: the SDK's own chain: environment, profile, SSO, web identity, container, instance. */
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  readonly signal?: AbortSignal;
}

/**
 * Asks AWS who calls.
 * @throws LandfallError `AWS_NO_CREDENTIALS`, `AWS_CREDENTIALS_EXPIRED`, `AWS_CREDENTIALS_INVALID`, `AWS_UNREACHABLE`
 */
export async function openAws({ region, endpoint, credentials, signal }: OpenAws): Promise<AwsSession> {
  const clients = new Map<object, Map<string, unknown>>();
  const client = <C>(Client: new (config: ClientConfig) => C, where = region): C => {
    const known = clients.get(Client) ?? new Map<string, unknown>();
    clients.set(Client, known);
    const made = known.get(where) as C | undefined;
    if (made !== undefined) return made;
    const config = {
      region: where,
      maxAttempts: 5,
      ...(endpoint !== undefined && { endpoint }),
      ...(credentials !== undefined && { credentials }),
    };
    const fresh = new Client(config);
    known.set(where, fresh);
    return fresh;
  };
  const options = signal === undefined ? {} : { abortSignal: signal };
  const caller = await client(STSClient)
    .send(new GetCallerIdentityCommand({}), options)
    .catch((error: unknown) => {
      throw awsProblem(error, 'sign in to AWS');
    });
  const callerArn = caller.Arn ?? '';
  return { region, accountId: caller.Account ?? '', callerArn, partition: callerArn.split(':')[1] ?? 'aws', client };
}
