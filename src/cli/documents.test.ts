import { expect, test } from 'vitest';
import { commandNames } from './commands/index.js';
import { checkDocument, documentJsonSchema } from './documents.js';

test('publishes a JSON Schema for every command, and one for failures', async () => {
  const { $defs } = (await documentJsonSchema()) as { readonly $defs: Readonly<Record<string, object>> };
  expect(Object.keys($defs).sort()).toEqual(['errors', ...commandNames].sort());
});

test('accepts what is as published, refuses a key that is not', async () => {
  const document = { folder: '/a', resources: 3, files: ['main.tf.json'] };
  await expect(checkDocument('infra:generate', 0, JSON.stringify(document))).resolves.toBeUndefined();
  await expect(checkDocument('infra:generate', 0, JSON.stringify({ ...document, count: 1 }))).rejects.toThrow('count');
});

test('a failure has its own shape, whatever the command', async () => {
  const errors = [{ code: 'A', message: 'It is so.', fix: 'Do this.', path: null }];
  await expect(checkDocument('infra:plan', 1, JSON.stringify({ errors }))).resolves.toBeUndefined();
  await expect(checkDocument('infra:plan', 1, JSON.stringify({ errors: [] }))).rejects.toThrow('errors');
});
