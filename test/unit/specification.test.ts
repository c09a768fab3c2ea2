import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { entries } from '../specification/rows/index.js';
import { statementsOf } from '../specification/page.js';

const page = readFileSync(new URL('../../docs/specification.md', import.meta.url), 'utf8');
const statements = statementsOf(page);
const texts = statements.map(({ text }) => text);

describe('the map of the specification', () => {
  test('reads a sentence, a bullet, a step, a row and a line of a diagram', () => {
    const read = statementsOf(
      [
        '# Head',
        'One. **Two** (`a.b`) goes on.',
        '- bullet\n  - inner',
        '1. step',
        '| a | b |\n| - | - |\n| x |  |',
        '```\n+---+\n| Box | | Other |\n  v\n```',
        ':::tip\nThree.\n:::',
      ].join('\n\n'),
    );
    expect(read.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'sentence One.',
      'sentence Two (`a.b`) goes on.',
      'bullet bullet',
      'bullet inner',
      'step step',
      'row x |',
      'line Box | Other',
      'sentence Three.',
    ]);
    expect(new Set(read.map(({ section }) => section))).toEqual(new Set(['Head']));
  });

  test('has an entry for everything that the page says, in its order, once', () => {
    expect(entries.map(({ text }) => text)).toEqual(texts);
  });

  test('tells statements apart by their text', () => {
    expect(new Set(texts).size).toBe(texts.length);
  });

  test.each(entries)('says of “$text” what shows it', (entry) => {
    expect(entry.asserts).not.toBe('');
    if ('check' in entry) expect(entry.resources).not.toHaveLength(0);
    else expect(entry.later).toBeDefined();
  });
});
