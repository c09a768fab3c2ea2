import { createHash, randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import {
  CloudFrontClient,
  CreateInvalidationCommand,
  waitUntilInvalidationCompleted,
} from '@aws-sdk/client-cloudfront';
import { S3Client } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { allOrProblems } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import type { Manifest, ManifestSite } from '../../stack/manifest.js';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import { contextHash } from '../content-hash.js';
import { siteFiles, type SiteFile } from '../site-files.js';
import { buildCommand, buildSite } from './build-site.js';
import { siteBucket, type SiteBucket } from './site-bucket.js';
import { siteChanges } from './site-changes.js';
import { fingerprintOf, readRecord, recordKey, type SiteRecord } from './site-record.js';

export interface DeploySites {
  readonly manifest: Pick<Manifest, 'sites'>;
  /** That of the config file. */
  readonly projectFolder: string;
  readonly session: Pick<AwsSession, 'client'>;
  /** Bucket names by service. */
  readonly buckets: Readonly<Record<string, string>>;
  /** Distribution ids by service. */
  readonly distributions: Readonly<Record<string, string>>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Sites that are deployed; default: all. */
  readonly only?: readonly string[] | undefined;
  /** Whether to wait until the edge has let go of what changed, which takes minutes at most. Default: false. */
  readonly waitForEdge?: boolean;
}

/** What was done for one site: keys, and paths of the edge. All empty when nothing had changed. */
export interface DeployedSite {
  readonly uploaded: readonly string[];
  readonly deleted: readonly string[];
  readonly invalidated: readonly string[];
}

const parallelSites = 2;
const parallelUploads = 8;

/**
 * Builds the sites whose source has changed and uploads what differs, two sites at once: new assets first, `index.html` last. Killed at
 * any point it leaves sites whose pages find their assets, and the next run does the rest. One that fails does not stop the others.
 * @throws LandfallErrors `BUILD_FAILED`, `SITE_OUTPUT_MISSING`, and the AWS SDK's problems, of all sites
 */
export async function deploySites(request: DeploySites): Promise<Readonly<Record<string, DeployedSite>>> {
  const { manifest, projectFolder, only, signal } = request;
  const limit = pLimit(parallelSites);
  const folders = new Map<string, ReturnType<typeof pLimit>>();
  const sites = manifest.sites.filter(({ service }) => only === undefined || only.includes(service));
  const deployed = sites.map(async (site) => {
    const folder = resolve(projectFolder, site.context);
    // Sites that are built in one folder would overwrite each other's output.
    const alone = folders.get(folder) ?? pLimit(1);
    folders.set(folder, alone);
    return [site.service, await alone(() => limit(() => deploySite(site, request)))] as const;
  });
  await Promise.allSettled(deployed);
  signal.throwIfAborted();
  return Object.fromEntries(await allOrProblems(deployed));
}

async function deploySite(site: ManifestSite, request: DeploySites): Promise<DeployedSite> {
  const { session, projectFolder, emit, signal, buckets } = request;
  const step = { type: 'step', id: `upload ${site.service}`, label: `upload ${site.service}` } as const;
  signal.throwIfAborted();
  const bucket = siteBucket(session.client(S3Client), buckets[site.service] ?? '', signal);
  const before = readRecord(await bucket.readRecord());
  const there = await bucket.list();
  const source = await sourceHash(site, projectFolder);
  if (before?.source === source && Object.keys(before.files).every((key) => there.has(key))) {
    emit({ ...step, status: 'unchanged' });
    return { uploaded: [], deleted: [], invalidated: [] };
  }
  await buildSite(site, projectFolder, { emit, signal });
  const started = performance.now();
  emit({ ...step, status: 'started' });
  try {
    const files = await siteFiles(join(projectFolder, site.context, site.outputDir), site.service);
    const changes = siteChanges(files, there, before, source);
    const total = changes.upload.length;
    await upload(bucket, changes.upload, signal, (count) => {
      emit({ ...step, status: 'progress', detail: `${String(count)} of ${String(total)} files` });
    });
    await bucket.remove(changes.remove);
    if (changes.invalidate.length > 0) await invalidate(site, changes.invalidate, request);
    // Last: until it is written, the next run compares with what was before and does again what may be missing.
    await bucket.put(recordFile(changes.record));
    const detail = `${String(total)} of ${String(files.length)} files new, ${String(changes.remove.length)} deleted, ${changes.invalidate.length === 0 ? 'nothing' : changes.invalidate.join(' ')} invalidated`;
    emit({ ...step, status: 'done', detail, milliseconds: Math.round(performance.now() - started) });
    return { uploaded: changes.upload.map(({ key }) => key), deleted: changes.remove, invalidated: changes.invalidate };
  } catch (error) {
    emit({ ...step, status: 'failed' });
    throw error;
  }
}

/** Of all that decides what a site's bucket holds; where nothing is built that is the output itself, which the user wrote. */
export async function sourceHash(site: ManifestSite, projectFolder: string): Promise<string> {
  const { context, outputDir, env, service } = site;
  const command = await buildCommand(site, join(projectFolder, context));
  if (command !== undefined) {
    return contextHash(projectFolder, context, JSON.stringify([command, env, outputDir]), [outputDir]);
  }
  const files = await siteFiles(join(projectFolder, context, outputDir), service);
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file.key}\0${fingerprintOf(file)}\0`);
  return hash.digest('hex');
}

/** Assets side by side, then documents, then `index.html`: each only when what it may name is there. */
async function upload(
  bucket: SiteBucket,
  files: readonly SiteFile[],
  signal: AbortSignal,
  tell: (count: number) => void,
): Promise<void> {
  const limit = pLimit(parallelUploads);
  const isIndex = ({ key }: SiteFile) => key === 'index.html';
  const isDocument = (file: SiteFile) => file.key.endsWith('.html') && !isIndex(file);
  const assets = files.filter((file) => !isIndex(file) && !isDocument(file));
  let count = 0;
  for (const stage of [assets, files.filter(isDocument), files.filter(isIndex)]) {
    const ended = await Promise.allSettled(
      stage.map((file) =>
        limit(async () => {
          signal.throwIfAborted();
          await bucket.put(file);
          count += 1;
          tell(count);
        }),
      ),
    );
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

async function invalidate(site: ManifestSite, paths: readonly string[], request: DeploySites): Promise<void> {
  const { session, signal, distributions, waitForEdge = false } = request;
  const client = session.client(CloudFrontClient);
  const id = distributions[site.service] ?? '';
  const batch = { CallerReference: randomUUID(), Paths: { Quantity: paths.length, Items: [...paths] } };
  try {
    const command = new CreateInvalidationCommand({ DistributionId: id, InvalidationBatch: batch });
    const { Invalidation } = await client.send(command, { abortSignal: signal });
    if (!waitForEdge || Invalidation?.Id === undefined) return;
    await waitUntilInvalidationCompleted(
      { client, maxWaitTime: 900, abortSignal: signal },
      { DistributionId: id, Id: Invalidation.Id },
    );
  } catch (error) {
    signal.throwIfAborted();
    throw awsProblem(error, `tell the edge what changed of ${site.service}`);
  }
}

const recordFile = (record: SiteRecord): SiteFile => ({
  key: recordKey,
  body: Buffer.from(`${JSON.stringify(record)}\n`),
  contentType: 'application/json; charset=utf-8',
  cacheControl: 'no-store',
});
