import {
  CreateBucketCommand,
  HeadBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  S3Client,
  type BucketLocationConstraint,
} from '@aws-sdk/client-s3';
import { LandfallError } from '../../base/errors.js';
import { physicalName } from '../../base/names.js';
import { awsProblem, isAwsError, statusOf } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';

/** Whose state it is. */
export interface Environment {
  readonly project: string;
  readonly environment: string;
}

/** The bucket that holds an environment's state and the records of its deployments; at most 63 characters. */
export function stateBucketName({ project, environment }: Environment, accountId: string): string {
  return `${physicalName(50, project, environment, 'tfstate')}-${accountId}`;
}

/** Key of Terraform's state in the bucket. */
export const stateKey = 'terraform.tfstate';

/** @throws LandfallError `BUCKET_NAME_TAKEN` when it is another account's */
export async function stateBucketExists(session: AwsSession, bucket: string): Promise<boolean> {
  try {
    await session
      .client(S3Client)
      .send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: session.accountId }));
    return true;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return false;
    if (status === 403) throw taken(bucket, error);
    throw awsProblem(error, `look at the state bucket ${bucket}`);
  }
}

/**
 * Makes the bucket, or sets again what it must have: versions, encryption, TLS alone, no public access, no ACLs. Old versions of the
 * state are kept for a year.
 * @returns whether it was made just now
 */
export async function ensureStateBucket(
  session: AwsSession,
  owner: Environment,
): Promise<{ name: string; made: boolean }> {
  const name = stateBucketName(owner, session.accountId);
  const made = !(await stateBucketExists(session, name));
  const client = session.client(S3Client);
  try {
    if (made) await client.send(new CreateBucketCommand({ Bucket: name, ...placeOf(session.region) }));
    await protect(client, session, owner, name);
  } catch (error) {
    if (isAwsError(error, 'BucketAlreadyExists')) throw taken(name, error);
    throw awsProblem(error, `make the state bucket ${name}`);
  }
  return { name, made };
}

/** S3 refuses a constraint that names us-east-1. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html (not re-read) */
const placeOf = (region: string) =>
  region === 'us-east-1'
    ? {}
    : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };

async function protect(client: S3Client, session: AwsSession, owner: Environment, Bucket: string): Promise<void> {
  const arn = `arn:${session.partition}:s3:::${Bucket}`;
  await client.send(
    new PutPublicAccessBlockCommand({
      Bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    }),
  );
  await client.send(
    new PutBucketOwnershipControlsCommand({
      Bucket,
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    }),
  );
  await client.send(
    new PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    }),
  );
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  await client.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(tlsOnly(arn)) }));
  await client.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: {
        Rules: [
          {
            ID: 'old-versions',
            Status: 'Enabled',
            Filter: { Prefix: '' },
            NoncurrentVersionExpiration: { NoncurrentDays: 365 },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
          },
        ],
      },
    }),
  );
  await client.send(
    new PutBucketTaggingCommand({
      Bucket,
      Tagging: {
        TagSet: [
          { Key: 'ManagedBy', Value: 'landfall' },
          { Key: 'Project', Value: owner.project },
          { Key: 'Environment', Value: owner.environment },
        ],
      },
    }),
  );
}

const tlsOnly = (arn: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ],
});

function taken(bucket: string, cause: unknown): LandfallError {
  return new LandfallError(
    {
      code: 'BUCKET_NAME_TAKEN',
      message: `The state bucket ${bucket} is another account's, or this caller may not look at it.`,
      fix: 'Sign in as one who may use it, or choose another project or environment name.',
    },
    { cause },
  );
}
