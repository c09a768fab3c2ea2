import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { LandfallError } from '../../base/errors.js';
import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';

/**
 * Has the init function set the passwords of database roles to those of their secrets.
 * @param secrets names or ARNs of secrets that hold a whole `DATABASE_URL`
 * @throws LandfallError `DATABASE_INIT_FAILED`
 */
export async function setDatabasePasswords(
  session: AwsSession,
  stack: Stack,
  secrets: readonly string[],
): Promise<void> {
  const view = viewOf(stack);
  const name = String(view.get('aws_lambda_function.database_init')?.args.function_name);
  const server = await serverOf(session, String(view.get('aws_db_instance.main')?.args.identifier));
  const input = { ...server, databases: secrets.map((secretArn) => ({ secretArn })) };
  const answer = await session
    .client(LambdaClient)
    .send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(input) }))
    .catch((error: unknown) => {
      throw awsProblem(error, `invoke the function ${name}`);
    });
  if (answer.FunctionError === undefined) return;
  const { errorMessage } = JSON.parse(Buffer.from(answer.Payload ?? []).toString()) as {
    readonly errorMessage?: string;
  };
  throw new LandfallError({
    code: 'DATABASE_INIT_FAILED',
    message: `The function ${name} could not set the passwords: ${errorMessage ?? answer.FunctionError}.`,
    fix: `See the log group /aws/lambda/${name}. The secrets hold the new passwords: run the command again, it goes on from here.`,
  });
}

async function serverOf(session: AwsSession, identifier: string) {
  const { DBInstances: [server] = [] } = await session
    .client(RDSClient)
    .send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }))
    .catch((error: unknown) => {
      throw awsProblem(error, `look at the database ${identifier}`);
    });
  return {
    host: server?.Endpoint?.Address ?? '',
    port: String(server?.Endpoint?.Port ?? 5432),
    masterSecretArn: server?.MasterUserSecret?.SecretArn ?? '',
  };
}
