import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { contextHash, packageJson } from './content-hash.js';

let root: string;

const makeRoot = async () => {
  const made = await mkdtemp(join(tmpdir(), 'landfall-hash-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
};

beforeEach(async () => {
  root = await makeRoot();
});

async function write(files: Readonly<Record<string, string>>, below = root): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(below, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

const api = { 'services/api/src/main.ts': 'main', 'services/api/package.json': '{}' };
const hash = () => contextHash(root, 'services/api');

describe('the hash of a build context', () => {
  test('does not depend on times, nor on where the project is', async () => {
    await write(api);
    const first = await hash();
    await utimes(join(root, 'services/api/src/main.ts'), 1, 1);
    expect(await hash()).toBe(first);
    const other = await makeRoot();
    await write(api, other);
    expect(await contextHash(other, 'services/api')).toBe(first);
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['content', { 'services/api/src/main.ts': 'other' }],
    ['a new file', { 'services/api/src/new.ts': '' }],
    ['a new file below', { 'services/api/public/a/b.txt': '' }],
    ['a lockfile above', { 'package-lock.json': '{}' }],
  ])('changes with %s', async (_name, change) => {
    await write(api);
    const first = await hash();
    await write(change);
    expect(await hash()).not.toBe(first);
  });

  test('changes with a name, and with what else is given', async () => {
    await write(api);
    const first = await hash();
    expect(await contextHash(root, 'services/api', 'npm run build')).not.toBe(first);
    await rm(join(root, 'services/api/src/main.ts'));
    await write({ 'services/api/src/index.ts': 'main' });
    expect(await hash()).not.toBe(first);
  });

  test('does not change with what is installed, built, kept for other purposes, or outside', async () => {
    await write(api);
    const first = await hash();
    await write({
      'services/api/node_modules/x/index.js': '',
      'services/api/src/node_modules/x/index.js': '',
      'services/api/dist/main.js': '',
      'services/api/.next/x': '',
      'services/api/tsconfig.tsbuildinfo': '',
      'services/api/npm-debug.log': '',
      'services/api/.landfall/x': '',
      'services/web/src/main.ts': '',
      'README.md': '',
    });
    expect(await hash()).toBe(first);
  });

  test('does not change with what .gitignore and .dockerignore leave out', async () => {
    await write({
      ...api,
      'services/api/.gitignore': 'generated/\n*.tmp\n!keep.tmp',
      'services/api/.dockerignore': 'docs',
    });
    const first = await hash();
    await write({ 'services/api/generated/x': '', 'services/api/src/a.tmp': '', 'services/api/docs/a.md': '' });
    expect(await hash()).toBe(first);
    await write({ 'services/api/keep.tmp': '' });
    expect(await hash()).not.toBe(first);
  });

  test('does not change with a folder that is said to hold output', async () => {
    await write(api);
    const first = await contextHash(root, 'services/api', '', ['build']);
    await write({ 'services/api/build/index.html': '', 'services/api/build/assets/a.js': '' });
    expect(await contextHash(root, 'services/api', '', ['build'])).toBe(first);
    await write({ 'services/api/src/build/a.ts': '' });
    expect(await contextHash(root, 'services/api', '', ['build'])).not.toBe(first);
  });

  test('tells where one file ends and the next begins', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\0', 'services/api'), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(text, text, async (one, two) => {
        const together = await makeOf({ 'services/api/a': `${one}services/api/b\0${two}` });
        const apart = await makeOf({ 'services/api/a': one, 'services/api/b': two });
        expect(together).not.toBe(apart);
      }),
      { numRuns: 10 },
    );
  });

  const makeOf = async (files: Readonly<Record<string, string>>) => {
    const folder = await mkdtemp(join(root, 'x-'));
    await write(files, folder);
    return contextHash(folder, 'services/api');
  };
});

describe('linked workspace packages', () => {
  beforeEach(async () => {
    await write({
      ...api,
      'services/api/package.json': '{"dependencies": {"@shop/contracts": "*", "express": "5"}}',
      'packages/contracts/package.json': '{"dependencies": {"@shop/base": "*"}}',
      'packages/contracts/src/index.ts': 'contracts',
      'packages/base/package.json': '{"devDependencies": {"@shop/contracts": "*"}}',
      'packages/base/index.ts': 'base',
      'packages/other/index.ts': 'other',
      'node_modules/express/index.js': '1',
    });
    await mkdir(join(root, 'node_modules/@shop'));
    for (const name of ['contracts', 'base', 'other']) {
      await symlink(join('../../packages', name), join(root, 'node_modules/@shop', name));
    }
  });

  test.each(['packages/contracts/src/index.ts', 'packages/base/index.ts'])('%s changes it', async (file) => {
    const first = await hash();
    await write({ [file]: 'changed' });
    expect(await hash()).not.toBe(first);
  });

  test.each(['packages/other/index.ts', 'packages/contracts/dist/index.js', 'node_modules/express/index.js'])(
    '%s does not',
    async (file) => {
      const first = await hash();
      await write({ [file]: 'changed' });
      expect(await hash()).toBe(first);
    },
  );
});

describe('packageJson', () => {
  test('is empty when there is none', async () => {
    expect(await packageJson(root)).toEqual({});
  });

  test('that is no JSON is an error that names the file', async () => {
    await write({ 'services/api/package.json': '{' });
    await expect(hash()).rejects.toMatchObject({
      code: 'PACKAGE_JSON_UNREADABLE',
      path: join(root, 'services/api/package.json'),
    });
  });
});
