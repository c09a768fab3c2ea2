import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Problem } from '../../base/errors.js';
import { Expr } from '../../stack/expr.js';
import { viewOf } from '../../stack/view.js';
import { awsProblem, statusOf } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import type { Check } from './preflight.js';

/** No bucket of the Stack has a name that somebody else has taken: all accounts of a partition share them. */
export const bucketNames: Check = async ({ session, synthesis }) => {
  const buckets = viewOf(synthesis.stack).all('aws_s3_bucket');
  const names = buckets.flatMap(({ args }) => nameOf(args.bucket, session.accountId) ?? []);
  const found = await Promise.all(names.map((name) => problemOf(session, name)));
  return { problems: found.filter((problem) => problem !== undefined) };
};

/** Undefined when more than the account must be known for it. */
function nameOf(value: unknown, accountId: string): string | undefined {
  if (!(value instanceof Expr)) return typeof value === 'string' ? value : undefined;
  const parts = value.parts.map((part) => {
    if (typeof part === 'string') return part;
    return part.target === 'aws_caller_identity.current' && part.path[0] === 'account_id' ? accountId : undefined;
  });
  return parts.includes(undefined) ? undefined : parts.join('');
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html (not re-read) */
async function problemOf(session: AwsSession, name: string): Promise<Problem | undefined> {
  try {
    const { BucketRegion = session.region } = await session
      .client(S3Client)
      .send(new HeadBucketCommand({ Bucket: name, ExpectedBucketOwner: session.accountId }));
    return BucketRegion === session.region ? undefined : elsewhere(name, BucketRegion);
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return undefined;
    if (status === 403) return taken(name);
    if (status === 301) return elsewhere(name, 'another region');
    throw awsProblem(error, `look at the bucket ${name}`);
  }
}

const taken = (name: string): Problem => ({
  code: 'BUCKET_NAME_TAKEN',
  message: `The bucket name ${name} is taken by another account, or the caller may not look at the bucket.`,
  fix: 'Choose another name for the project or the environment, or let the caller use s3:ListBucket on it.',
});

const elsewhere = (name: string, region: string): Problem => ({
  code: 'BUCKET_NAME_TAKEN',
  message: `The account has the bucket ${name} in ${region} already.`,
  fix: 'Choose another name for the project or the environment, or delete that bucket.',
});
