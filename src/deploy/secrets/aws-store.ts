import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  paginateListSecrets,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { awsProblem, isAwsError } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import { secretPrefix } from './declared.js';
import type { SecretStore, StoredSecret } from './store.js';

interface Environment {
  readonly project: string;
  readonly environment: string;
}

/**
 * Values in Secrets Manager. A secret that is written before Terraform has made it is made here; the next deploy takes it over
 * (`secretImports`). Errors are those of `awsProblem`.
 */
export function awsSecretStore(session: AwsSession, environment: Environment): SecretStore {
  const client = session.client(SecretsManagerClient);
  return {
    list: (prefix) => asking('list the secrets', () => list(client, prefix)),
    read: (name) => asking(`read the secret ${name}`, () => read(client, name)),
    write: (name, value, description) =>
      asking(`write the secret ${name}`, () => write(client, environment, name, value, description)),
    remove: (name, recoverable) =>
      asking(`delete the secret ${name}`, async () => {
        // From 7 to 30 days. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html (read 2026-11-23)
        const window = recoverable ? { RecoveryWindowInDays: 7 } : { ForceDeleteWithoutRecovery: true };
        await client.send(new DeleteSecretCommand({ SecretId: name, ...window }));
      }),
  };
}

async function asking<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw awsProblem(error, doing);
  }
}

async function list(client: SecretsManagerClient, prefix: string): Promise<readonly StoredSecret[]> {
  const found: StoredSecret[] = [];
  const pages = paginateListSecrets({ client }, { Filters: [{ Key: 'name', Values: [prefix] }], MaxResults: 100 });
  for await (const { SecretList = [] } of pages) {
    for (const { Name = '', SecretVersionsToStages, LastChangedDate, DeletedDate } of SecretList) {
      // The filter ignores letter case.
      if (!Name.startsWith(prefix) || DeletedDate !== undefined) continue;
      const hasValue = Object.values(SecretVersionsToStages ?? {}).some((stages) => stages.includes('AWSCURRENT'));
      found.push({ name: Name, hasValue, changedAt: LastChangedDate });
    }
  }
  return found;
}

async function read(client: SecretsManagerClient, name: string): Promise<string | undefined> {
  try {
    const { SecretString, SecretBinary } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    return SecretString ?? (SecretBinary && Buffer.from(SecretBinary).toString('base64'));
  } catch (error) {
    // Absent, without a value, or being deleted.
    if (isAwsError(error, 'ResourceNotFoundException', 'InvalidRequestException')) return undefined;
    throw error;
  }
}

async function write(
  client: SecretsManagerClient,
  environment: Environment,
  name: string,
  value: string,
  description: string,
): Promise<void> {
  const put = () => client.send(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
  try {
    await put();
  } catch (error) {
    if (isAwsError(error, 'InvalidRequestException')) {
      await client.send(new RestoreSecretCommand({ SecretId: name }));
      await put();
    } else if (isAwsError(error, 'ResourceNotFoundException')) {
      await client.send(
        new CreateSecretCommand({
          Name: name,
          Description: description,
          SecretString: value,
          Tags: [
            { Key: 'Project', Value: environment.project },
            { Key: 'Environment', Value: environment.environment },
          ],
        }),
      );
    } else throw error;
  }
}

/** Names under the environment's prefix that have a value. */
export async function namesWithValue(session: AwsSession, environment: Environment): Promise<ReadonlySet<string>> {
  const stored = await awsSecretStore(session, environment).list(secretPrefix(environment));
  return new Set(stored.filter(({ hasValue }) => hasValue).map(({ name }) => name));
}
