import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { awsProblem, isAwsError } from './aws/problems.js';
import type { AwsSession } from './aws/session.js';

/** One deployment that ended well, as the state bucket keeps it. */
export interface DeploymentRecord {
  readonly version: 1;
  /** Sorts by time: `20261128T221407Z-1a2b3c4d`. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** ARN of who deployed. */
  readonly by: string;
  /** The services that were asked for; absent for all. */
  readonly services?: readonly string[];
  /** Hash of the artifact that stands; that of an earlier deployment when only some services were deployed. */
  readonly artifact: string;
  readonly images: Readonly<Record<string, RecordedImage>>;
  /** By site, the hash of the source that was uploaded. */
  readonly sites: Readonly<Record<string, string>>;
}

export interface RecordedImage {
  /** `111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop-dev-auth-service`. */
  readonly repository: string;
  readonly digest: string;
  /** Hash of all that Landfall made it from; absent where the digest was given. */
  readonly content?: string | undefined;
}

const folder = 'deployments/';
const latestKey = 'latest-deployment.json';
const begunKey = 'unfinished-deployment.json';

/** @param at milliseconds since 1970 */
export function recordId(at: number): string {
  const time = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${time}-${randomUUID().slice(0, 8)}`;
}

/** Says that a deployment changes things from here on, so that the next one knows when it did not come to its end. */
export async function beginDeployment(
  session: AwsSession,
  bucket: string,
  begun: Pick<DeploymentRecord, 'id' | 'at' | 'by'>,
): Promise<void> {
  try {
    const Body = `${JSON.stringify(begun, null, 2)}\n`;
    await session.client(S3Client).send(new PutObjectCommand({ Bucket: bucket, Key: begunKey, Body }));
  } catch (error) {
    throw awsProblem(error, 'write down that this deployment begins');
  }
}

/** The deployment that began last and has not come to its end; undefined when the last one has. */
export function unfinishedDeployment(
  session: AwsSession,
  bucket: string,
): Promise<Pick<DeploymentRecord, 'id' | 'at' | 'by'> | undefined> {
  return readObject(session, bucket, begunKey);
}

/** Keeps the record of a deployment that has come to its end, and makes it the latest. */
export async function endDeployment(session: AwsSession, bucket: string, record: DeploymentRecord): Promise<void> {
  const client = session.client(S3Client);
  const object = { Bucket: bucket, Body: `${JSON.stringify(record, null, 2)}\n`, ContentType: 'application/json' };
  try {
    await client.send(new PutObjectCommand({ ...object, Key: `${folder}${record.id}.json` }));
    await client.send(new PutObjectCommand({ ...object, Key: latestKey }));
    const begun = await unfinishedDeployment(session, bucket);
    // That of another, which lost its claim to this one, stays: nobody knows what it changed.
    if (begun?.id === record.id) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: begunKey }));
  } catch (error) {
    throw awsProblem(error, 'write the record of this deployment');
  }
}

/** Forgets what was deployed, as it is about to go; the records of the past stay. */
export const forgetLatest = (session: AwsSession, bucket: string): Promise<void> => forget(session, bucket, latestKey);

/** Forgets that something is deployed, or was begun, once it is gone; the records of the past stay. */
export const forgetDeployment = (session: AwsSession, bucket: string): Promise<void> =>
  forget(session, bucket, latestKey, begunKey);

async function forget(session: AwsSession, bucket: string, ...keys: readonly string[]): Promise<void> {
  const client = session.client(S3Client);
  try {
    for (const Key of keys) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  } catch (error) {
    throw awsProblem(error, 'write down that the environment is gone');
  }
}

/** Undefined before the first deployment. */
export function latestRecord(session: AwsSession, bucket: string): Promise<DeploymentRecord | undefined> {
  return readObject(session, bucket, latestKey);
}

/** The newest first. @param limit how many at most */
export async function listRecords(
  session: AwsSession,
  bucket: string,
  limit = 20,
): Promise<readonly DeploymentRecord[]> {
  const keys: string[] = [];
  let token: string | undefined;
  try {
    do {
      const page = await session
        .client(S3Client)
        .send(new ListObjectsV2Command({ Bucket: bucket, Prefix: folder, ContinuationToken: token }));
      keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      token = page.NextContinuationToken;
    } while (token !== undefined);
  } catch (error) {
    if (isAwsError(error, 'NoSuchBucket')) return [];
    throw awsProblem(error, 'list the deployments');
  }
  const newest = keys.toSorted().toReversed().slice(0, limit);
  const records = await Promise.all(newest.map((key) => readObject<DeploymentRecord>(session, bucket, key)));
  return records.filter((record) => record !== undefined);
}

async function readObject<T>(session: AwsSession, Bucket: string, Key: string): Promise<T | undefined> {
  try {
    const { Body } = await session.client(S3Client).send(new GetObjectCommand({ Bucket, Key }));
    return JSON.parse((await Body?.transformToString()) ?? '') as T;
  } catch (error) {
    if (isAwsError(error, 'NoSuchKey', 'NoSuchBucket')) return undefined;
    throw awsProblem(error, 'read the record of the last deployment');
  }
}
