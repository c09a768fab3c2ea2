import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectEqual, expectTrue, type Row } from '../row.js';
import { endpoint } from '../shop.js';

/** The single-page application through its own distribution. */
export const siteRows: readonly Row[] = [
  {
    name: 'a deep link of the SPA answers index.html; assets are immutable, index.html is not kept',
    check: async (shop) => {
      const site = endpoint(shop.description, 'admin');
      const deep = await shop.request(`${site}/offers/42/edit`);
      expectEqual([deep.status, deep.text.includes('<div id="root">')], [200, true], 'deep link');
      const asset = /(?:src|href)="(\/assets\/[^"]+\.js)"/.exec(deep.text)?.[1];
      expectTrue(asset !== undefined, 'index.html names no script');
      const [script, index] = [await shop.request(`${site}${asset}`), await shop.request(`${site}/index.html`)];
      expectEqual(
        [script.status, script.headers['cache-control']],
        [200, 'public, max-age=31536000, immutable'],
        asset,
      );
      expectEqual([index.status, index.headers['cache-control']], [200, 'no-cache'], 'index.html');
      return `200 index.html for /offers/42/edit; ${asset} immutable; index.html no-cache`;
    },
  },
  {
    name: 'an unsigned read of the bucket gets 403',
    check: async (shop) => {
      const bucket = shop.description.buckets['admin'] ?? '';
      const [index, missing] = [await shop.request(`${bucket}/index.html`), await shop.request(`${bucket}/nothing`)];
      expectEqual([index.status, missing.status], [403, 403], 'index.html and a missing key');
      expectTrue(index.text.includes('<Code>AccessDenied</Code>'), index.text);
      return '403 AccessDenied for a key that exists and one that does not';
    },
  },
  {
    name: 'a redeploy of the SPA keeps the previous version',
    check: async (shop) => {
      const page = join(shop.folder, 'apps', 'admin', 'index.html');
      const before = await readFile(page, 'utf8');
      const mark = `<!-- ${String(Date.now())} -->`;
      await writeFile(page, before.replace('</head>', `${mark}</head>`));
      const versionsBefore = await storedVersions(shop.folders.data, 'index.html');
      await shop.deploy();
      const now = await shop.request(endpoint(shop.description, 'admin'));
      expectTrue(now.text.includes(mark), 'the new page is not served');
      const versions = await storedVersions(shop.folders.data, 'index.html');
      expectTrue(
        versions > versionsBefore,
        `versions of index.html: ${String(versionsBefore)} before, ${String(versions)} after`,
      );
      return `new page served, ${String(versions)} versions of index.html kept`;
    },
  },
  {
    name: 'a changed file of the SPA is served at once, although the edge keeps files for an hour; the others stay there',
    check: async (shop) => {
      const folder = join(shop.folder, 'apps', 'admin', 'public');
      await mkdir(folder, { recursive: true });
      const put = (name: string, text: string) => writeFile(join(folder, name), text);
      const ask = async (name: string) => {
        const { text, headers } = await shop.request(`${endpoint(shop.description, 'admin')}/${name}`);
        return `${text} ${String(headers['x-cache']).split(' ')[0] ?? ''}`;
      };
      await put('changes.txt', 'old');
      await put('stays.txt', 'same');
      await shop.deploy();
      const before = [
        await ask('changes.txt'),
        await ask('changes.txt'),
        await ask('stays.txt'),
        await ask('stays.txt'),
      ];
      expectEqual(before, ['old Miss', 'old Hit', 'same Miss', 'same Hit'], 'each asked for twice');
      await put('changes.txt', 'new');
      await shop.deploy();
      const after = [await ask('changes.txt'), await ask('stays.txt')];
      expectEqual(after, ['new Miss', 'same Hit'], 'after the next deploy');
      return `“${before.join('”, “')}”; after the next deploy “${after.join('”, “')}”`;
    },
  },
];

/** How many versions the bucket keeps of a key, from its index. */
async function storedVersions(data: string, key: string): Promise<number> {
  const [bucket = ''] = await readdir(join(data, 's3'));
  const index = JSON.parse(await readFile(join(data, 's3', bucket, 'index.json'), 'utf8')) as {
    readonly objects: Readonly<Record<string, readonly unknown[]>>;
  };
  return index.objects[key]?.length ?? 0;
}
