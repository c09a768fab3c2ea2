import {
  DeleteObjectsCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { LandfallError } from '../../base/errors.js';
import { awsProblem, isAwsError } from '../aws/problems.js';
import type { SiteFile } from '../site-files.js';
import { recordKey } from './site-record.js';

/** A site's bucket. Every method throws a LandfallError of the AWS SDK's problems. */
export interface SiteBucket {
  /** ETags by key. */
  list(): Promise<ReadonlyMap<string, string>>;
  put(file: SiteFile): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
  readRecord(): Promise<string | undefined>;
}

/** S3 deletes at most 1,000 objects a request. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html (not re-read) */
const mostDeleted = 1_000;

export function siteBucket(client: S3Client, bucket: string, signal: AbortSignal): SiteBucket {
  const options = { abortSignal: signal };
  const tried = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      throw awsProblem(error, `${doing} ${bucket}`);
    }
  };
  return {
    list: () =>
      tried('list the bucket', async () => {
        const found = new Map<string, string>();
        for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket }, options)) {
          for (const { Key = '', ETag = '' } of Contents) found.set(Key, ETag);
        }
        return found;
      }),
    put: ({ key, body, contentType, cacheControl }) =>
      tried(`upload ${key} to the bucket`, async () => {
        const input = { Bucket: bucket, Key: key, Body: body, ContentType: contentType, CacheControl: cacheControl };
        await client.send(new PutObjectCommand(input), options);
      }),
    remove: (keys) =>
      tried('delete old files in the bucket', async () => {
        for (let from = 0; from < keys.length; from += mostDeleted) {
          const Objects = keys.slice(from, from + mostDeleted).map((Key) => ({ Key }));
          const { Errors = [] } = await client.send(
            new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
            options,
          );
          const [first] = Errors;
          if (first !== undefined) throw notDeleted(bucket, first.Key ?? '', first.Message ?? first.Code ?? '');
        }
      }),
    readRecord: () =>
      tried('read the bucket', async () => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: recordKey }), options);
        return Body?.transformToString();
      }).catch((error: unknown) => {
        if (error instanceof LandfallError && isAwsError(error.cause, 'NoSuchKey')) return undefined;
        throw error;
      }),
  };
}

function notDeleted(bucket: string, key: string, reason: string): LandfallError {
  return new LandfallError({
    code: 'SITE_FILE_NOT_DELETED',
    message: `The old file ${key} in the bucket ${bucket} could not be deleted: ${reason}. The new files are there.`,
    fix: 'Deploy again.',
  });
}
