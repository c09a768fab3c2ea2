import { describe, expect, test } from 'vitest';
import { artifactFiles } from '../../src/stack/synth.js';
import { findCheckov, skipsOf } from '../harness/checkov.js';
import { exampleConfig, synthesisOf } from '../harness/stacks.js';
import { requireOnCi } from '../harness/terraform.js';

const checkov = await findCheckov();
requireOnCi(`checkov (${checkov.reason ?? ''})`, checkov.scan);

const input = await exampleConfig('full');

/** As many skips as an environment may have: never more than now. docs/decisions/scanner.md says why it is not fewer. */
const limits = { dev: 27, prod: 20 };

const title = checkov.version === undefined ? `(skipped: ${checkov.reason})` : checkov.version;

describe.skipIf(checkov.scan === undefined)(`checkov ${title} reads the example`, () => {
  for (const [environment, limit] of Object.entries(limits)) {
    const synthesis = synthesisOf(input, environment);
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

    test(`${environment}: at most ${String(limit)} skips, each with its reason`, () => {
      expect(skips.filter(({ reason }) => reason.length < 10).map(({ id }) => id)).toEqual([]);
      expect(skips.length, skips.map(({ id }) => id).join(' ')).toBeLessThanOrEqual(limit);
    });
  }
});
