import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { LandfallEvent } from '../base/events.js';
import type { Manifest } from '../stack/manifest.js';
import type { Bucket, BucketObject } from './contract/context.js';
import { uploadSites } from './sites.js';
import { createFakePlane } from './testing/fake-context.js';

let project: string;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'landfall-sites-'));
  onTestFinished(() => rm(project, { recursive: true, force: true }));
});

const manifest: Manifest = {
  ...createFakePlane().context('x').manifest,
  sites: [
    {
      service: 'admin',
      context: 'apps/admin',
      outputDir: 'dist',
      env: {},
      bucket: 'aws_s3_bucket.site_admin',
      distribution: 'aws_cloudfront_distribution.admin',
    },
  ],
};

async function built(files: Readonly<Record<string, string>>): Promise<void> {
  await rm(join(project, 'apps/admin/dist'), { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    const file = join(project, 'apps/admin/dist', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

/** A bucket in memory that notes what is asked of it. */
function fakeBucket() {
  const objects = new Map<string, BucketObject>();
  const calls: string[] = [];
  const bucket: Bucket = {
    put(object) {
      const same = objects.get(object.key)?.body.equals(object.body) === true;
      calls.push(`put ${object.key}`);
      objects.set(object.key, object);
      return Promise.resolve(!same);
    },
    keys: () => Promise.resolve([...objects.keys()]),
    remove(key) {
      calls.push(`remove ${key}`);
      objects.delete(key);
      return Promise.resolve();
    },
  };
  const events: LandfallEvent[] = [];
  const invalidated: (readonly string[])[] = [];
  const upload = (hash: string, uploaded: Readonly<Record<string, string>> = {}) =>
    uploadSites(
      manifest,
      { admin: hash },
      {
        projectFolder: project,
        clock: createFakePlane().clock,
        emit: (event) => void events.push(event),
        uploaded,
        bucket: () => bucket,
        distribution: () => ({ invalidate: (paths) => Promise.resolve(void invalidated.push(paths)) }),
      },
    );
  return { objects, calls, events, invalidated, upload };
}

describe('uploadSites', () => {
  test('puts assets before index.html, then removes what is gone', async () => {
    const { calls, upload, objects } = fakeBucket();
    await built({ 'index.html': '1', 'assets/app-DfK3j_9a.js': 'a', 'old.txt': 'x' });
    await upload('1');
    expect(calls).toEqual(['put assets/app-DfK3j_9a.js', 'put old.txt', 'put index.html']);
    calls.length = 0;
    await built({ 'index.html': '2', 'assets/app-B1aaaaaa.js': 'b' });
    await upload('2', { admin: '1' });
    expect(calls).toEqual([
      'put assets/app-B1aaaaaa.js',
      'put index.html',
      'remove assets/app-DfK3j_9a.js',
      'remove old.txt',
    ]);
    expect(objects.get('index.html')).toMatchObject({
      cacheControl: 'no-cache',
      contentType: 'text/html; charset=utf-8',
    });
  });

  test('says how many files were new', async () => {
    const { events, upload } = fakeBucket();
    await built({ 'index.html': '1', 'robots.txt': 'x' });
    await upload('1');
    await built({ 'index.html': '2', 'robots.txt': 'x' });
    await upload('2', { admin: '1' });
    const details = events.flatMap((event) =>
      event.type === 'step' && event.detail !== undefined ? [event.detail] : [],
    );
    expect(details).toEqual(['2 of 2 files new', '1 of 2 files new, invalidated / /index.html']);
  });

  test('lets the edge forget what changed or is gone, and neither new files nor hashed ones', async () => {
    const { invalidated, upload } = fakeBucket();
    await built({ 'index.html': '1', 'assets/app-DfK3j_9a.js': 'a', 'old.txt': 'x', 'same.txt': 'x' });
    await upload('1');
    expect(invalidated).toEqual([]);
    await built({ 'index.html': '2', 'assets/app-B1aaaaaa.js': 'b', 'same.txt': 'x', 'new.txt': 'x' });
    await upload('2', { admin: '1' });
    expect(invalidated).toEqual([['/', '/index.html', '/old.txt']]);
  });

  test('does nothing when the content was uploaded before', async () => {
    const { calls, upload } = fakeBucket();
    await built({ 'index.html': '1' });
    await upload('1');
    calls.length = 0;
    await upload('1', { admin: '1' });
    expect(calls).toEqual([]);
  });

  test('uploads again what a bucket made anew does not hold', async () => {
    await built({ 'index.html': '1' });
    const { calls, upload } = fakeBucket();
    await upload('1', { admin: '1' });
    expect(calls).toEqual(['put index.html']);
  });

  test('leaves the bucket as it was when the build left no index.html', async () => {
    const { objects, upload } = fakeBucket();
    await built({ 'index.html': '1' });
    await upload('1');
    await built({ 'main.html': '2' });
    await expect(upload('2', { admin: '1' })).rejects.toMatchObject({
      code: 'SITE_OUTPUT_MISSING',
      path: 'services.admin.outputDir',
    });
    expect([...objects.keys()]).toEqual(['index.html']);
  });
});
