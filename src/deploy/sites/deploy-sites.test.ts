import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { LandfallEvent } from '../../base/events.js';
import type { ManifestSite } from '../../stack/manifest.js';
import { siteAccount, type SiteAccount } from '../testing/site-account.js';
import { deploySites } from './deploy-sites.js';

let project: string;
let account: SiteAccount;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'landfall-sites-'));
  account = await siteAccount();
  onTestFinished(async () => {
    await account.stop();
    await rm(project, { recursive: true, force: true });
  });
});

const write = async (files: Readonly<Record<string, string>>) => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }
};
const remove = (path: string) => rm(join(project, path));

const site = (more: Partial<ManifestSite> = {}): ManifestSite => ({
  service: 'admin',
  context: 'admin',
  outputDir: 'out',
  env: { API_URL: 'https://api.example.com' },
  bucket: 'aws_s3_bucket.site_admin',
  distribution: 'aws_cloudfront_distribution.admin',
  ...more,
});

/** Deploys, and says what was called since the deploy before. */
async function deploy(one = site(), signal = new AbortController().signal) {
  account.calls.length = 0;
  const deployed = await deploySites({
    manifest: { sites: [one] },
    projectFolder: project,
    session: account.session,
    buckets: { admin: 'shop-dev-admin' },
    distributions: { admin: 'E1' },
    emit: () => undefined,
    signal,
  });
  return { ...deployed['admin'], calls: [...account.calls] };
}

const first = { 'admin/out/index.html': '1', 'admin/out/about.html': '1', 'admin/out/assets/app-DfK3j_9a.js': '1' };
const second = { 'admin/out/index.html': '2', 'admin/out/assets/app-B1x2C3d4.js': '2' };
const record = 'PUT .landfall/site.json';

describe('deploying a site', () => {
  test('uploads assets first, index.html last, then notes what is there; nothing is invalidated the first time', async () => {
    await write(first);
    const { calls, uploaded, invalidated } = await deploy();
    expect(calls).toEqual(['PUT assets/app-DfK3j_9a.js', 'PUT about.html', 'PUT index.html', record]);
    expect(uploaded).toHaveLength(3);
    expect(invalidated).toEqual([]);
  });

  test('says how long each file may be kept, and what it is', async () => {
    await write({ ...first, 'admin/out/robots.txt': '' });
    await deploy();
    const headers = [...account.objects].map(([key, { cacheControl, contentType }]) => [
      key,
      contentType,
      cacheControl,
    ]);
    expect(headers.sort()).toMatchInlineSnapshot(`
      [
        [
          ".landfall/site.json",
          "application/json; charset=utf-8",
          "no-store",
        ],
        [
          "about.html",
          "text/html; charset=utf-8",
          "no-cache",
        ],
        [
          "assets/app-DfK3j_9a.js",
          "text/javascript; charset=utf-8",
          "public, max-age=31536000, immutable",
        ],
        [
          "index.html",
          "text/html; charset=utf-8",
          "no-cache",
        ],
        [
          "robots.txt",
          "text/plain; charset=utf-8",
          "public, max-age=3600",
        ],
      ]
    `);
  });

  test('does nothing when nothing has changed', async () => {
    await write(first);
    await deploy();
    expect(await deploy()).toEqual({ calls: [], uploaded: [], deleted: [], invalidated: [] });
  });

  test('uploads what changed alone, and makes the edge let go of what it knew under that name', async () => {
    await write(first);
    await deploy();
    await write(second);
    expect((await deploy()).calls).toEqual([
      'PUT assets/app-B1x2C3d4.js',
      'PUT index.html',
      'INVALIDATE / /index.html',
      record,
    ]);
  });

  test('keeps hashed files for one more deploy, and deletes other files at once', async () => {
    await write({ ...first, 'admin/out/logo.svg': '1' });
    await deploy();
    await write(second);
    for (const path of ['assets/app-DfK3j_9a.js', 'logo.svg', 'about.html']) await remove(`admin/out/${path}`);
    const { deleted, invalidated } = await deploy();
    expect(deleted?.toSorted()).toEqual(['about.html', 'logo.svg']);
    expect(invalidated).toEqual(['/', '/about.html', '/index.html', '/logo.svg']);
    await write({ 'admin/out/index.html': '3' });
    expect((await deploy()).deleted).toEqual(['assets/app-DfK3j_9a.js']);
  });

  test('invalidates everything at once when very much changed', async () => {
    const pages = (text: string) =>
      Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`admin/out/page-${String(index)}.html`, text]));
    await write({ ...first, ...pages('1') });
    await deploy();
    await write(pages('2'));
    expect((await deploy()).invalidated).toEqual(['/*']);
  });

  test('uploads again what someone else changed in the bucket', async () => {
    await write(first);
    await deploy();
    account.objects.set('index.html', { body: Buffer.from('x'), contentType: '', cacheControl: '' });
    account.objects.delete('about.html');
    expect((await deploy()).calls).toEqual(['PUT about.html', 'PUT index.html', 'INVALIDATE / /index.html', record]);
  });

  test('builds when the source or the environment has changed, and only then', async () => {
    const build = 'mkdir -p out && printf "%s" "$API_URL" > out/index.html && echo x >> ../builds';
    await write({ 'admin/src/main.ts': '1' });
    await deploy(site({ build }));
    await deploy(site({ build }));
    expect(await readFile(join(project, 'builds'), 'utf8')).toBe('x\n');
    expect(account.objects.get('index.html')?.body.toString()).toBe('https://api.example.com');
    await deploy(site({ build, env: { API_URL: 'https://api.example.org' } }));
    await write({ 'admin/src/main.ts': '2' });
    await deploy(site({ build }));
    expect(await readFile(join(project, 'builds'), 'utf8')).toBe('x\nx\nx\n');
  });
});

describe('a deploy of a site that fails', () => {
  test('leaves index.html as it was when an asset cannot be uploaded, and the next one does the rest', async () => {
    await write(first);
    await deploy();
    await write(second);
    account.refused.add('assets/app-B1x2C3d4.js');
    await expect(deploy()).rejects.toMatchObject({ code: 'AWS_ACCESS_DENIED' });
    expect(account.calls).toEqual([]);
    expect(account.objects.get('index.html')?.body.toString()).toBe('1');
    account.refused.clear();
    expect((await deploy()).calls).toEqual([
      'PUT assets/app-B1x2C3d4.js',
      'PUT index.html',
      'INVALIDATE / /index.html',
      record,
    ]);
  });

  test('invalidates what an earlier one uploaded before it was stopped', async () => {
    await write(first);
    await deploy();
    await write(second);
    account.refused.add('.landfall/site.json');
    await expect(deploy()).rejects.toMatchObject({ code: 'AWS_ACCESS_DENIED' });
    account.refused.clear();
    expect((await deploy()).calls).toContain('INVALIDATE / /index.html');
  });

  test('says how the build ended, and changes nothing', async () => {
    await write(first);
    await expect(deploy(site({ build: 'echo no types; exit 3' }))).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: 'The build of admin (echo no types; exit 3) ended with 3. Its last lines:\nno types',
    });
    expect(account.calls).toEqual([]);
  });

  test('is stopped by the signal', async () => {
    await write(first);
    await expect(deploy(site(), AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
    expect(account.calls).toEqual([]);
  });
});

describe('several sites', () => {
  const sites = (build: string, contexts: readonly string[]) =>
    contexts.map((context, index) => {
      const service = `site-${String(index)}`;
      return site({ service, context, build, env: { SITE: service } });
    });

  const deployAll = async (manifest: { readonly sites: readonly ManifestSite[] }) => {
    for (const { context } of manifest.sites) await write({ [`${context}/src/main.ts`]: context });
    const events: LandfallEvent[] = [];
    const done = deploySites({
      manifest,
      projectFolder: project,
      session: account.session,
      buckets: Object.fromEntries(manifest.sites.map(({ service }) => [service, service])),
      distributions: Object.fromEntries(manifest.sites.map(({ service }) => [service, service])),
      emit: (event) => void events.push(event),
      signal: new AbortController().signal,
    });
    return { done, events };
  };

  /** Notes its start and its end; ends when two have started, or after ten seconds. */
  const watched =
    'echo + >> ../log; n=0; until [ "$(grep -c + ../log)" -ge 2 ] || [ $n = 200 ]; do n=$((n+1)); sleep 0.05; done; ' +
    'mkdir -p out && echo "$SITE" > out/index.html; echo - >> ../log';

  const mostAtOnce = async () => {
    let [now, most] = [0, 0];
    for (const line of (await readFile(join(project, 'log'), 'utf8')).trim().split('\n')) {
      now += line === '+' ? 1 : -1;
      most = Math.max(most, now);
    }
    return most;
  };

  test('are built and uploaded two at once, and told in the order of the manifest', async () => {
    const { done } = await deployAll({ sites: sites(watched, ['a', 'b', 'c']) });
    expect(Object.keys(await done)).toEqual(['site-0', 'site-1', 'site-2']);
    expect(await mostAtOnce()).toBe(2);
  });

  test('that are built in one folder come one after the other', async () => {
    const build = watched.replace('$n = 200', '$n = 10');
    const { done } = await deployAll({ sites: sites(build, ['a', './a']) });
    await done;
    expect(await mostAtOnce()).toBe(1);
    expect(account.objects.get('index.html')?.body.toString()).toBe('site-1\n');
  });

  test('fail each on its own: all failures are told, and the others are uploaded', async () => {
    const [good, ...bad] = sites('exit 3', ['a', 'b', 'c']);
    const mended = site({ ...good, build: 'mkdir -p out && echo > out/index.html' });
    const { done, events } = await deployAll({ sites: [...bad, mended] });
    await expect(done).rejects.toMatchObject({
      problems: [
        { code: 'BUILD_FAILED', path: 'services.site-1' },
        { code: 'BUILD_FAILED', path: 'services.site-2' },
      ],
    });
    const ends = events.flatMap((event) =>
      event.type === 'step' && ['done', 'failed'].includes(event.status) ? [`${event.id} ${event.status}`] : [],
    );
    expect(ends.toSorted()).toEqual([
      'build site-0 done',
      'build site-1 failed',
      'build site-2 failed',
      'upload site-0 done',
    ]);
  });

  test('say of an upload that cannot begin that it failed', async () => {
    const { done, events } = await deployAll({ sites: sites('true', ['a']) });
    await expect(done).rejects.toMatchObject({ code: 'SITE_OUTPUT_MISSING' });
    expect(events.at(-1)).toMatchObject({ id: 'upload site-0', status: 'failed' });
  });
});
