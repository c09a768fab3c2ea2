import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  S3Client,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  type ObjectIdentifier,
} from '@aws-sdk/client-s3';
import { LandfallError } from '../../base/errors.js';
import { awsProblem, isAwsError } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';

/** Whether a bucket holds an object or an old version of one; false when there is no such bucket. */
export async function hasObjects(session: AwsSession, Bucket: string): Promise<boolean> {
  const client = session.client(S3Client);
  let from: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> | undefined = {};
  try {
    // Delete markers stand in the same listing: a page of them alone says nothing of what follows.
    while (from !== undefined) {
      const page: ListObjectVersionsCommandOutput = await client.send(
        new ListObjectVersionsCommand({ Bucket, ...from }),
      );
      if ((page.Versions ?? []).length > 0) return true;
      const { IsTruncated, NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
      from = IsTruncated === true ? { KeyMarker, VersionIdMarker } : undefined;
    }
    return false;
  } catch (error) {
    if (isAwsError(error, 'NoSuchBucket')) return false;
    throw awsProblem(error, `look into the bucket ${Bucket}`);
  }
}

/** Deletes every version of every object in a bucket. Nothing happens when it is gone already. */
export async function emptyBucket(session: AwsSession, Bucket: string): Promise<void> {
  const client = session.client(S3Client);
  try {
    for (;;) {
      const page = await client.send(new ListObjectVersionsCommand({ Bucket }));
      const Objects: ObjectIdentifier[] = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(
        ({ Key, VersionId }) => ({ Key, VersionId }),
      );
      if (Objects.length === 0) return;
      const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
      const [first] = Errors;
      // What cannot be deleted would be listed again for ever.
      if (first !== undefined) throw undeletable(Bucket, first.Key ?? '', `${first.Code ?? ''} ${first.Message ?? ''}`);
    }
  } catch (error) {
    if (isAwsError(error, 'NoSuchBucket')) return;
    throw awsProblem(error, `empty the bucket ${Bucket}`);
  }
}

/** Deletes a bucket with all that is in it. Nothing happens when it is gone already. */
export async function removeBucket(session: AwsSession, Bucket: string): Promise<void> {
  await emptyBucket(session, Bucket);
  try {
    await session.client(S3Client).send(new DeleteBucketCommand({ Bucket }));
  } catch (error) {
    if (isAwsError(error, 'NoSuchBucket')) return;
    throw awsProblem(error, `remove the bucket ${Bucket}`);
  }
}

const undeletable = (bucket: string, key: string, why: string): LandfallError =>
  new LandfallError({
    code: 'BUCKET_NOT_EMPTIED',
    message: `${key} in the bucket ${bucket} cannot be deleted: ${why}.`,
    fix: 'Let the caller delete object versions, then run the command again.',
  });
