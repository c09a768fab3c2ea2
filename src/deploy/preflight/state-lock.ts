import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { awsProblem, isAwsError } from '../aws/problems.js';
import { stateKey } from '../state/bucket.js';
import { lockProblem } from '../terraform/problems.js';
import type { Check } from './preflight.js';

/** As Terraform writes it into its lock file, beside the state. @see https://developer.hashicorp.com/terraform/language/backend/s3#state-locking (not re-read) */
interface LockFile {
  readonly ID?: string;
  readonly Who?: string;
  readonly Created?: string;
}

/** Nobody else works on the state: told before anything is built. */
export const stateLock: Check = async ({ session, retry }, { bucket }) => {
  try {
    const { Body } = await session
      .client(S3Client)
      .send(new GetObjectCommand({ Bucket: bucket, Key: `${stateKey}.tflock` }));
    const {
      ID: id = '',
      Who: who = 'unknown',
      Created: created = 'unknown',
    } = JSON.parse((await Body?.transformToString()) ?? '{}') as LockFile;
    return { problems: [lockProblem({ id, who, created }, retry)] };
  } catch (error) {
    // Without a bucket there is another problem, told by its own check.
    if (isAwsError(error, 'NoSuchKey', 'NoSuchBucket')) return {};
    throw awsProblem(error, 'look at the lock of the state');
  }
};
