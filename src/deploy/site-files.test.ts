import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { cacheControlOf, siteFiles } from './site-files.js';

const immutable = 'public, max-age=31536000, immutable';

describe('cacheControlOf', () => {
  test.each([
    ['Vite', 'assets/index-DfK3j_9a.js'],
    ['Vite, a hyphen in the hash', 'assets/index-D-K3j_9a.css'],
    ['Vite, after a hyphenated name', 'assets/my-component-B1x2C3d4.js'],
    ['webpack', 'static/js/main.8a1b2c3d.js'],
    ['webpack, 20 digits', 'main.8a1b2c3d4e5f60718293.chunk-8a1b2c3d4e5f60718293.js'],
    ['esbuild and Angular', 'chunk-3QZK7LWV.js'],
    ['Next.js', '_next/static/chunks/main-1f2e3d4c5b6a7980.js'],
    ['a font', 'assets/inter-latin-Dx4kXJAl.woff2'],
  ])('a hashed name never changes: %s', (_name, key) => {
    expect(cacheControlOf(key)).toBe(immutable);
  });

  test.each([
    'my-component-name.js',
    'favicon.ico',
    'android-chrome-192x192.png',
    'apple-touch-icon-180x180.png',
    'logo-1024x1024.png',
    'report-2024-01-31.pdf',
    'backup-20240131.json',
    'jquery-3.7.1.min.js',
    'vendor.min-2024.css',
    'my-Calendar.js',
    'service-worker.js',
    'robots.txt',
    'DfK3j_9a/readme.txt',
  ])('a name that may stay while the content changes is kept for an hour: %s', (key) => {
    expect(cacheControlOf(key)).toBe('public, max-age=3600');
  });

  test('documents are always asked for again, whatever their name', () => {
    expect(cacheControlOf('index.html')).toBe('no-cache');
    expect(cacheControlOf('page-DfK3j_9a.html')).toBe('no-cache');
  });
});

describe('siteFiles', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-site-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await mkdir(join(folder, 'assets'));
  });

  const write = (...keys: string[]) => Promise.all(keys.map((key) => writeFile(join(folder, key), key)));

  test('come assets first, then documents, index.html last', async () => {
    await write('index.html', 'about.html', 'zebra.txt', 'assets/app.js', 'assets/index.html');
    const files = await siteFiles(folder, 'admin');
    expect(files.map(({ key }) => key)).toEqual([
      'assets/app.js',
      'zebra.txt',
      'about.html',
      'assets/index.html',
      'index.html',
    ]);
    expect(files.map(({ body }) => body.toString())).toEqual(files.map(({ key }) => key));
  });

  test('have the type of their extension, text in UTF-8', async () => {
    await write('index.html', 'app.js', 'a.svg', 'a.png', 'a.json', 'a.woff2', 'a.webmanifest', 'noextension');
    const files = await siteFiles(folder, 'admin');
    expect(Object.fromEntries(files.map(({ key, contentType }) => [key, contentType]))).toMatchInlineSnapshot(`
      {
        "a.json": "application/json; charset=utf-8",
        "a.png": "image/png",
        "a.svg": "image/svg+xml; charset=utf-8",
        "a.webmanifest": "application/manifest+json; charset=utf-8",
        "a.woff2": "font/woff2",
        "app.js": "text/javascript; charset=utf-8",
        "index.html": "text/html; charset=utf-8",
        "noextension": "application/octet-stream",
      }
    `);
  });

  test('are found in a folder given with a slash at its end', async () => {
    await write('index.html', 'assets/app.js');
    expect((await siteFiles(`${folder}/`, 'admin')).map(({ key }) => key)).toEqual(['assets/app.js', 'index.html']);
  });

  test('without an index.html are an error that names the option', async () => {
    await write('assets/index.html');
    const missing = { code: 'SITE_OUTPUT_MISSING', path: 'services.admin.outputDir' };
    await expect(siteFiles(folder, 'admin')).rejects.toMatchObject(missing);
    await expect(siteFiles(join(folder, 'nowhere'), 'admin')).rejects.toMatchObject(missing);
  });

  test('hold no link out of the folder', async () => {
    await write('index.html');
    await symlink('/etc/hostname', join(folder, 'secret.txt'));
    expect((await siteFiles(folder, 'admin')).map(({ key }) => key)).toEqual(['index.html']);
  });
});
