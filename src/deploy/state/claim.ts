import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { setInterval } from 'node:timers/promises';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { LandfallError, type Problem } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import type { Waiting } from '../../base/waiting.js';
import { awsProblem, isAwsError, statusOf } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';

/** Who changes an environment. Terraform's own lock is held while Terraform runs alone: not while images are built, or services roll out. */
interface Claim {
  readonly id: string;
  /** ARN of the caller. */
  readonly by: string;
  /** `ada@laptop`. */
  readonly at: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** How often its owner has given a sign of life. */
  readonly beat: number;
}

export interface Claiming {
  readonly session: AwsSession;
  /** The state bucket, which exists. */
  readonly bucket: string;
  /** Where this folder keeps the id of its claim: what an earlier command of it left is its own. */
  readonly ownFile: string;
  readonly waiting: Waiting;
  readonly emit: Emit;
  /** When to give a sign of life; default: every 15 s. */
  readonly beats?: (signal: AbortSignal) => AsyncIterable<unknown>;
}

const key = 'deployment-claim.json';
const beatMilliseconds = 15_000;
const lookMilliseconds = 5000;
/** A claim without a sign of life for so long is a dead owner's. */
const silenceMilliseconds = 45_000;

/**
 * Holds the environment while `work` runs, against every other machine. The claim is an object that is written only when none stands.
 * One whose owner gives no sign of life is taken over.
 * @param work asks `isHeld` before it goes on to what must not be done beside another: this machine may have slept for so long that
 *   another took the claim over
 * @throws LandfallError `DEPLOYMENT_RUNNING` naming the owner
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html (not re-read)
 */
export async function withClaim<T>(claiming: Claiming, work: (isHeld: () => boolean) => Promise<T>): Promise<T> {
  const held = await acquire(claiming);
  const ended = new AbortController();
  let isHeld = true;
  const beating = keepAlive(claiming, held, ended.signal).then((still) => (isHeld = still));
  try {
    return await work(() => isHeld);
  } finally {
    ended.abort();
    if (await beating) await release(claiming);
  }
}

export const takenOver = (): LandfallError => new LandfallError(lost);

interface Held {
  readonly claim: Claim;
  readonly etag: string;
}

async function acquire(claiming: Claiming): Promise<Held> {
  const { session, ownFile, waiting } = claiming;
  const own = await readFile(ownFile, 'utf8').catch(() => '');
  const claim: Claim = {
    id: randomUUID(),
    by: session.callerArn,
    at: `${userInfo().username}@${hostname()}`,
    since: new Date(waiting.now()).toISOString(),
    beat: 0,
  };
  await writeFile(ownFile, claim.id, { mode: 0o600 });
  for (;;) {
    const found = await read(claiming);
    if (found !== undefined && found.claim.id !== own && !(await isDead(claiming, found))) continue;
    const etag = await write(claiming, claim, found?.etag);
    if (etag !== undefined) return { claim, etag };
  }
}

/**
 * Watches a claim of somebody else.
 * @returns whether its owner gave no sign of life; false when it is gone
 * @throws LandfallError `DEPLOYMENT_RUNNING` at the first sign
 */
async function isDead(claiming: Claiming, { claim, etag }: Held): Promise<boolean> {
  const { waiting, emit } = claiming;
  const step = { type: 'step', id: 'claim', label: `see whether the command of ${claim.at} still runs` } as const;
  const started = waiting.now();
  emit({ ...step, status: 'started' });
  while (waiting.now() - started < silenceMilliseconds) {
    await waiting.sleep(lookMilliseconds);
    const now = await read(claiming);
    if (now?.etag === etag) continue;
    const isGone = now?.claim.id !== claim.id;
    emit({ ...step, status: isGone ? 'done' : 'failed', milliseconds: waiting.now() - started });
    if (isGone) return false;
    throw running(claim);
  }
  emit({ ...step, status: 'done', detail: 'it does not', milliseconds: waiting.now() - started });
  return true;
}

/** @returns whether the claim is still held */
async function keepAlive(claiming: Claiming, { claim, etag }: Held, signal: AbortSignal): Promise<boolean> {
  const beats = claiming.beats ?? ((until) => setInterval(beatMilliseconds, undefined, { signal: until }));
  let last: string | undefined = etag;
  let { beat } = claim;
  try {
    for await (const _ of beats(signal)) {
      beat += 1;
      const before: string | undefined = last;
      // What fails now and then does no harm: nobody takes over before three signs are missing.
      last = await write(claiming, { ...claim, beat }, before).catch(() => before);
      if (last !== undefined) continue;
      claiming.emit({ type: 'warning', problem: lost });
      return false;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return true;
}

/** Without rights any more (expired credentials) the claim stays, and is this folder's own in the next command. */
async function release({ session, bucket, ownFile }: Claiming): Promise<void> {
  const gone = await session
    .client(S3Client)
    .send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
    .then(
      () => true,
      () => false,
    );
  if (gone) await rm(ownFile, { force: true });
}

/** Undefined when none stands. */
async function read({ session, bucket }: Claiming): Promise<Held | undefined> {
  try {
    const { Body, ETag = '' } = await session.client(S3Client).send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { claim: JSON.parse((await Body?.transformToString()) ?? '') as Claim, etag: ETag };
  } catch (error) {
    if (isAwsError(error, 'NoSuchKey')) return undefined;
    throw awsProblem(error, 'see who works on the environment');
  }
}

/**
 * @param etag of the claim that is replaced; undefined when none stands
 * @returns the new one; undefined when another was quicker
 */
async function write(claiming: Claiming, claim: Claim, etag?: string): Promise<string | undefined> {
  const { session, bucket } = claiming;
  const condition = etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag };
  const object = { Bucket: bucket, Key: key, Body: JSON.stringify(claim), ContentType: 'application/json' };
  try {
    return (await session.client(S3Client).send(new PutObjectCommand({ ...object, ...condition }))).ETag;
  } catch (error) {
    if (![404, 409, 412].includes(statusOf(error) ?? 0)) {
      throw awsProblem(error, 'write down that this command works on the environment');
    }
    // It may have been written, and the answer lost: what was sent again then met itself.
    const now = await read(claiming);
    return now?.claim.id === claim.id ? now.etag : undefined;
  }
}

const lost: Problem = {
  code: 'DEPLOYMENT_TAKEN_OVER',
  message: 'This machine gave no sign of life for a while, and another command has begun to change the environment.',
  fix: 'When both have ended, run infra:deploy again on one machine.',
};

const running = ({ by, at, since }: Claim): LandfallError =>
  new LandfallError({
    code: 'DEPLOYMENT_RUNNING',
    message: `Another command changes this environment: ${at}, as ${by}, since ${since}.`,
    fix: 'Wait until it has ended, then run the command again. Nothing was changed.',
  });
