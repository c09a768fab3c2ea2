import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openVault, vaultKeyFile } from './vault.js';

let folder: string;
let file: string;
let keyFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landfall-vault-'));
  file = join(folder, 'data', 'vault.json');
  keyFile = join(folder, 'user', 'local.key');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => openVault({ file, keyFile });
const content = () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
const replaceContent = (values: Record<string, string>) => writeFileSync(file, JSON.stringify(values));

describe('values', () => {
  test('come back from a vault opened anew, and stand in no file in the clear', async () => {
    const vault = await open();
    await vault.write('shop/dev/offers-service/DATABASE_URL', 'postgres://offers:p4ss@127.0.0.1/offers');
    await vault.write('b', 'pass „ü“ 🔑\n');
    const again = await open();
    expect(await again.read('shop/dev/offers-service/DATABASE_URL')).toBe('postgres://offers:p4ss@127.0.0.1/offers');
    expect(await again.read('b')).toBe('pass „ü“ 🔑\n');
    expect(await again.names()).toEqual(['b', 'shop/dev/offers-service/DATABASE_URL']);
    expect(readFileSync(file, 'latin1')).not.toContain('p4ss');
  });

  test('are undefined when unknown or deleted, whatever the name', async () => {
    const vault = await open();
    await vault.write('a', '1');
    await vault.delete('a');
    await vault.delete('never');
    expect(await Promise.all(['a', 'never', 'constructor', '__proto__'].map((name) => vault.read(name)))).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
  });

  test('may have any name and any text', async () => {
    const vault = await open();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.constant('__proto__')),
        fc.string({ unit: 'grapheme' }),
        async (name, value) => {
          await vault.write(name, value);
          expect(await vault.read(name)).toBe(value);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('of many writers at once are all kept', async () => {
    const vault = await open();
    await Promise.all(Array.from({ length: 20 }, (_, index) => vault.write(`n${String(index)}`, String(index))));
    expect(await vault.names()).toHaveLength(20);
    expect(readdirSync(join(folder, 'data'))).toEqual(['vault.json']);
  });

  test('are sealed differently each time', async () => {
    const vault = await open();
    await vault.write('a', 'same');
    await vault.write('b', 'same');
    expect(content()['a']).not.toBe(content()['b']);
    expect(vault.unseal(vault.seal(Buffer.from('key'))).toString()).toBe('key');
  });
});

describe('files', () => {
  test('are for their owner alone', async () => {
    await (await open()).write('a', '1');
    expect([file, keyFile].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
    expect(readFileSync(keyFile)).toHaveLength(32);
  });

  test('one key comes of many that open the first vault at once', async () => {
    const vaults = await Promise.all(Array.from({ length: 8 }, open));
    const sealed = vaults.map((vault) => vault.seal(Buffer.from('x')));
    const last = await open();
    expect(sealed.map((one) => last.unseal(one).toString())).toEqual(Array.from({ length: 8 }, () => 'x'));
    expect(readdirSync(join(folder, 'user'))).toEqual(['local.key']);
  });
});

describe('VAULT_UNREADABLE', () => {
  const refused = { code: 'VAULT_UNREADABLE' };

  beforeEach(async () => {
    const vault = await open();
    await vault.write('a', '1');
    await vault.write('b', '2');
  });

  test('another key', async () => {
    writeFileSync(keyFile, randomBytes(32));
    await expect((await open()).read('a')).rejects.toMatchObject({ ...refused, path: file });
  });

  test('a missing key, and none is made in its place', async () => {
    rmSync(keyFile);
    await expect(open()).rejects.toMatchObject({ ...refused, path: keyFile });
    expect(readdirSync(join(folder, 'user'))).toEqual([]);
  });

  test('a key of the wrong length', async () => {
    writeFileSync(keyFile, '');
    await expect(open()).rejects.toThrow(`The key ${keyFile} has 0 bytes, not 32.`);
  });

  test('a changed value, at any byte', async () => {
    const vault = await open();
    const sealed = Buffer.from(content()['a'] ?? '', 'base64');
    for (const index of sealed.keys()) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      replaceContent({ a: changed.toString('base64') });
      await expect(vault.read('a')).rejects.toMatchObject(refused);
    }
  });

  test('a shortened value', async () => {
    const vault = await open();
    const sealed = Buffer.from(content()['a'] ?? '', 'base64');
    for (let length = 0; length < sealed.length; length += 1) {
      replaceContent({ a: sealed.subarray(0, length).toString('base64') });
      await expect(vault.read('a')).rejects.toMatchObject(refused);
    }
  });

  test('a value under another’s name', async () => {
    const { a = '', b = '' } = content();
    replaceContent({ a: b, b: a });
    await expect((await open()).read('a')).rejects.toMatchObject(refused);
  });

  test('a damaged file, which a write leaves alone', async () => {
    const vault = await open();
    for (const damaged of ['{"a":', '[]', '{"a":1}', '']) {
      writeFileSync(file, damaged);
      await expect(vault.write('c', '3')).rejects.toMatchObject(refused);
      expect(readFileSync(file, 'utf8')).toBe(damaged);
    }
  });
});

describe('the key’s place', () => {
  test('is LANDFALL_KEY_FILE, else the data folder; a relative or empty one does not count', () => {
    const home = process.platform === 'darwin' ? '/h/Library/Application Support' : '/h/.local/share';
    expect(
      [
        { LANDFALL_KEY_FILE: '/k', XDG_DATA_HOME: '/d', HOME: '/h' },
        { LANDFALL_KEY_FILE: '', XDG_DATA_HOME: '/d', HOME: '/h' },
        { XDG_DATA_HOME: '', HOME: '/h' },
        { XDG_DATA_HOME: 'relative', HOME: '/h' },
      ].map(vaultKeyFile),
    ).toEqual(['/k', '/d/landfall/local.key', `${home}/landfall/local.key`, `${home}/landfall/local.key`]);
  });
});
