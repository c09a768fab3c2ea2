import assert from 'node:assert/strict';
import type { FieldArgs } from '../../src/layers/waf/local/schema.js';
import { matches, type Sent } from '../../src/layers/waf/local/testing/web-acl.js';
import type { ConformanceCase } from './case.js';

/** A page of the developer guide, as it was read for these cases. */
export const guide = (page: string): string =>
  `https://docs.aws.amazon.com/waf/latest/developerguide/${page} (read 2026-11-25)`;

/** A page of the API reference, as it was read for these cases. */
export const api = (page: string): string =>
  `https://docs.aws.amazon.com/waf/latest/APIReference/${page} (read 2026-11-25)`;

/** Cases that one page is the source of. */
export const cases = (
  source: string,
  runs: Readonly<Record<string, () => Promise<void> | void>>,
): readonly ConformanceCase[] => Object.entries(runs).map(([name, run]) => ({ layer: 'waf', name, source, run }));

const field = { query_string: [{}] };
const none = [{ priority: 0, type: 'NONE' }];

/** Looks for this text in a component; the query string unless said otherwise. */
export const contains = (search_string: string, more: object = {}) => ({
  byte_match_statement: [
    {
      search_string,
      positional_constraint: 'CONTAINS',
      field_to_match: [field],
      text_transformation: none,
      ...more,
    },
  ],
});

/** As `contains`, in another component. */
export const containsIn = (component: Partial<Record<keyof FieldArgs, unknown>>, text: string) =>
  contains(text, { field_to_match: [component] });

/** Requests that the statement must match, and such as it must not. */
export async function decides(statement: object, yes: readonly Sent[], no: readonly Sent[]): Promise<void> {
  for (const sent of yes) assert.equal(await matches(statement, sent), true, `does not match ${JSON.stringify(sent)}`);
  for (const sent of no) assert.equal(await matches(statement, sent), false, `matches ${JSON.stringify(sent)}`);
}

export const query = (text: string): Sent => ({ target: `/?${text}` });
