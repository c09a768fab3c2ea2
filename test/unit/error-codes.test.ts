import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const files = (await readdir(join(root, 'src'), { recursive: true })).filter((file) => /(?<!\.test)\.ts$/.test(file));
const source = (await Promise.all(files.map((file) => readFile(join(root, 'src', file), 'utf8')))).join('\n');
const page = await readFile(join(root, 'docs', 'errors.md'), 'utf8');

const codesOnPage = [...page.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = '']) =>
  [...cell.matchAll(/`([A-Z_]+)`/g)].flatMap(([, code]) => code ?? []),
);

test('every error code has one row on the page of errors', () => {
  const inSource = [...source.matchAll(/\bcode: '([A-Z_]+)'|'(CONFIG_[A-Z_]+)'/g)].map(
    ([, code, config]) => code ?? config ?? '',
  );
  expect(inSource).not.toEqual([]);
  expect(inSource.filter((code) => !codesOnPage.includes(code))).toEqual([]);
  expect(codesOnPage.filter((code, index) => codesOnPage.indexOf(code) !== index)).toEqual([]);
});

test('the page of errors names no code that is gone', () => {
  expect(codesOnPage.filter((code) => !source.includes(`'${code}'`))).toEqual([]);
});
