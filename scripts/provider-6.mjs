/**
 * `node scripts/provider-6.mjs FILE`: reduces a schema of provider 6.66 to the types that Landfall emits, for
 * `test/unit/provider-6.test.ts`. FILE maps each type (`data.` before data sources) to its arguments: `r`equired, `o`ptional,
 * `c`omputed, `type`, and `of` for blocks.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Name the schema file: node scripts/provider-6.mjs FILE');
const all = JSON.parse(readFileSync(file, 'utf8'));
const source = readFileSync(join(root, 'src/stack/resource-types.ts'), 'utf8');
const [resources, data] = ['resourceTypes', 'dataSourceTypes'].map((name) =>
  [
    ...source
      .split(`export const ${name} = [`)[1]
      .split(']')[0]
      .matchAll(/'(\w+)'/g),
  ].map(([, type]) => type),
);
const wanted = [...resources, ...data.map((type) => `data.${type}`)].filter((type) => type in all);

/** `[required, optional, kind, blocks?]`: as small as the test needs it. */
const reduced = (args) =>
  Object.fromEntries(
    Object.entries(args)
      .filter(([, { r, o }]) => r || o)
      .map(([key, { r, type, elem, of, list }]) => [
        key,
        of === undefined
          ? [r ? 1 : 0, elem === 'any' ? 'any' : type]
          : [r ? 1 : 0, list === false ? 'one' : 'many', reduced(of)],
      ]),
  );
const text = JSON.stringify(Object.fromEntries(wanted.sort().map((type) => [type, reduced(all[type])])));
writeFileSync(join(root, 'test/harness/provider-6.66.gen.json'), `${text}\n`);
