import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from './load.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-config-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const load = async (file?: string) => (await loadConfig({ cwd: folder, file })).input;

describe('loadConfig', () => {
  it.each([
    [
      'landfall.config.ts',
      `import { defineProject, type X } from 'landfall';\nconst n: number = 1;\nexport default defineProject({ n } satisfies object);`,
    ],
    [
      'landfall.config.mts',
      `import { defineProject } from 'landfall';\nexport default defineProject({ n: 1 as number });`,
    ],
    ['landfall.config.js', `import { defineProject } from 'landfall';\nexport default defineProject({ n: 1 });`],
    ['landfall.config.mjs', `import { defineProject } from 'landfall';\nexport default defineProject({ n: 1 });`],
    ['landfall.config.json', `\uFEFF{ "n": 1 }`],
  ])('reads %s with nothing installed beside it', async (name, text) => {
    await write(name, text);
    expect(await load()).toEqual({ n: 1 });
  });

  it('reads the nearest file upwards', async () => {
    await write('landfall.config.json', '{ "at": "top" }');
    await mkdir(join(folder, 'a', 'b'), { recursive: true });
    expect(await loadConfig({ cwd: join(folder, 'a', 'b') })).toEqual({
      file: join(folder, 'landfall.config.json'),
      input: { at: 'top' },
    });
  });

  it('reads a changed file again, and what it imports', async () => {
    await write('landfall.config.ts', `import { n } from './n';\nexport default { n };`);
    await write('n.ts', 'export const n: number = 1;');
    expect(await load()).toEqual({ n: 1 });
    await write('n.ts', 'export const n: number = 22;');
    expect(await load()).toEqual({ n: 22 });
  });

  it.each(['landfall.config.mjs', 'landfall.config.js'])('reads a changed %s again', async (name) => {
    await write(name, 'export default { n: 1 };');
    expect(await load()).toEqual({ n: 1 });
    await write(name, 'export default { n: await Promise.resolve(22) };');
    expect(await load()).toEqual({ n: 22 });
  });

  it('reads CommonJS', async () => {
    await write('landfall.config.js', 'module.exports = { n: 1 };');
    expect(await load()).toEqual({ n: 1 });
  });

  it.each([
    ['no such file', 'x.ts', undefined, 'CONFIG_NOT_FOUND', 'does not exist'],
    ['another kind of file', 'x.yml', 'a: 1', 'CONFIG_NOT_FOUND', 'not a TypeScript'],
    ['a syntax error', 'x.ts', 'export default {\n  a: 1,\n  b b\n};', 'CONFIG_SYNTAX', 'line 3'],
    ['code that throws', 'x.ts', `throw new Error('boom');\nexport default {};`, 'CONFIG_THROWS', 'boom'],
    [
      'an unknown import',
      'x.ts',
      `import x from 'not-there-at-all';\nexport default x;`,
      'CONFIG_THROWS',
      'not-there-at-all',
    ],
    ['no default export', 'x.ts', 'export const a = 1;', 'CONFIG_NO_DEFAULT_EXPORT', 'no default export'],
    ['a trailing comma', 'x.json', '{\n  "a": [1, 2],\n  "b": 1,\n}', 'CONFIG_SYNTAX', 'line 4, column 1: "}"'],
    ['a comment', 'x.json', '{ // no\n}', 'CONFIG_SYNTAX', 'line 1, column 3: "/"'],
    ['a word without quotes', 'x.json', '{ a: 1 }', 'CONFIG_SYNTAX', 'line 1, column 3: "a"'],
    ['an end too early', 'x.json', '{ "a": 1\n', 'CONFIG_SYNTAX', 'line 2, column 1: the line ends too early'],
    ['an empty file', 'x.json', '', 'CONFIG_SYNTAX', 'line 1, column 1'],
  ])('says what is wrong: %s', async (_what, name, text, code, words) => {
    if (text !== undefined) await write(name, text);
    await expect(load(name)).rejects.toMatchObject({ code, message: expect.stringContaining(words) as string });
  });

  it('says where it looked', async () => {
    await expect(loadConfig({ cwd: '/' })).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      fix: expect.stringContaining('landfall.config.ts') as string,
    });
  });
});
