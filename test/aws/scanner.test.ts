import { describe, expect, test } from 'vitest';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.js';
import { validateProject } from '../../src/config/problems.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { layers } from '../../src/layers/registry.js';
import { artifactFiles, synthesise } from '../../src/stack/synth.js';
import { findCheckov, skipsOf } from '../harness/checkov.js';
import { requireOnCi } from '../harness/terraform.js';

const checkov = await findCheckov();
requireOnCi(`checkov (${checkov.reason ?? ''})`, checkov.scan);

const examples = join(import.meta.dirname, '..', '..', 'examples');
const example = ['full', 'shop'].find((name) => existsSync(join(examples, name, 'landfall.config.ts'))) ?? 'shop';
const { input } = await loadConfig({ cwd: join(examples, example) });

/** As many skips as an environment may have: a development stack leaves more out. */
const limits = { dev: 22, prod: 15 };

const title = checkov.version === undefined ? `(skipped: ${checkov.reason})` : checkov.version;

describe.skipIf(checkov.scan === undefined)(`checkov ${title} reads the example`, () => {
  for (const [environment, limit] of Object.entries(limits)) {
    const synthesis = synthesise(resolveConfig(validateProject(input), environment), layers);
    const files = artifactFiles(synthesis);
    const skips = skipsOf(files);

    test(`${environment}: every resource, and no check fails`, async () => {
      const scan = await checkov.scan?.(files, true);
      const failed = scan?.failed.map(({ id, resource, name }) => `${id} ${resource}: ${name}`);
      expect(failed?.toSorted()).toEqual([]);
      expect(scan?.resources).toBe(synthesis.stack.resources.length);
      expect(scan?.passed).toBeGreaterThan(250);
    });

    test(`${environment}: no skip whose check would pass everywhere`, async () => {
      const scan = await checkov.scan?.(files, false);
      const failing = new Set(scan?.failed.map(({ id }) => id));
      expect(skips.filter(({ id }) => !failing.has(id)).map(({ id }) => id)).toEqual([]);
    });

    test(`${environment}: fewer than ${String(limit)} skips, each with its reason`, () => {
      expect(skips.filter(({ reason }) => reason.length < 10).map(({ id }) => id)).toEqual([]);
      expect(skips.length, skips.map(({ id }) => id).join(' ')).toBeLessThan(limit);
    });
  }
});
