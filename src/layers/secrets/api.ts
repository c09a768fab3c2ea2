import { createHash } from 'node:crypto';
import { z } from 'zod';
import { LandfallError } from '../../base/errors.js';
import { awsInput, AwsError, type AwsApi } from '../../local/contract/aws-api.js';
import type { LocalContext, Secret } from '../../local/contract/context.js';

const one = z.object({ SecretId: z.string(), VersionStage: z.string().optional() });
const put = one.extend({ SecretString: z.string() });
const page = z.object({
  MaxResults: z.int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
  Filters: z.array(z.object({ Key: z.string(), Values: z.array(z.string()) })).default([]),
});

/** What of Secrets Manager the local endpoint answers: the secrets of the Stack, each with its current value alone. */
export const secretsManager: AwsApi = {
  service: 'secretsmanager',
  operations: {
    GetSecretValue: async (input, { ctx }) => {
      const { SecretId, VersionStage = 'AWSCURRENT' } = read(one, input);
      const secret = find(SecretId, ctx);
      if (VersionStage !== 'AWSCURRENT') throw withoutValue(VersionStage);
      const SecretString = await secret.read().catch((error: unknown) => {
        throw error instanceof LandfallError ? withoutValue(VersionStage) : error;
      });
      return { ...named(secret), SecretString, VersionId: versionOf(secret), VersionStages: [VersionStage] };
    },
    PutSecretValue: async (input, { ctx }) => {
      const { SecretId, SecretString } = read(put, input);
      const secret = find(SecretId, ctx);
      await secret.write(SecretString);
      return { ...named(secret), VersionId: versionOf(secret), VersionStages: ['AWSCURRENT'] };
    },
    DescribeSecret: (input, { ctx }) => {
      const secret = find(read(one, input).SecretId, ctx);
      return Promise.resolve(described(secret));
    },
    ListSecrets: (input, { ctx }) => {
      const { MaxResults, NextToken, Filters } = read(page, input);
      const start = Number(NextToken ?? 0);
      const wanted = secretsOf(ctx).filter(({ name }) =>
        Filters.every(({ Key, Values }) => Key !== 'name' || Values.some((prefix) => name.startsWith(prefix))),
      );
      const end = start + MaxResults;
      return Promise.resolve({
        SecretList: wanted.slice(start, end).map(described),
        NextToken: end < wanted.length ? String(end) : undefined,
      });
    },
  },
};

const read = <T extends z.ZodType>(schema: T, input: unknown) => awsInput(schema, input, 'InvalidParameterException');

const secretsOf = (ctx: LocalContext): readonly Secret[] =>
  ctx.providers('secret').map((address) => ctx.connect(address, 'secret'));

/** By ARN or name. @see https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-aws-sdk-client-secrets-manager/Interface/GetSecretValueCommandInput (read 2026-11-28) */
function find(id: string, ctx: LocalContext): Secret {
  const secret = secretsOf(ctx).find(({ arn, name }) => arn === id || name === id);
  if (secret !== undefined) return secret;
  throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

const withoutValue = (stage: string): AwsError =>
  new AwsError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for staging label: ${stage}`,
  );

const named = ({ arn, name }: Secret) => ({ ARN: arn, Name: name });
const described = (secret: Secret) => ({
  ...named(secret),
  VersionIdsToStages: { [versionOf(secret)]: ['AWSCURRENT'] },
  SecretVersionsToStages: { [versionOf(secret)]: ['AWSCURRENT'] },
});

/** There is one version; its id comes from the name. */
function versionOf({ name }: Secret): string {
  const hash = createHash('sha256').update(name).digest('hex');
  return [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-');
}
