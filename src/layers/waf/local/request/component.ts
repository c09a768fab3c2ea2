import type { Inspection, Part } from './inspection.js';

/** The pieces of a request that a statement looks at, or the answer without looking: the component was too large. */
export type Component = (inspection: Inspection) => readonly Part[] | 'match' | 'no match';

export type Handling = 'CONTINUE' | 'MATCH' | 'NO_MATCH' | null | undefined;

/**
 * The answer for what is too large; undefined: what can be seen is looked at.
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-oversize-request-components.html (read 2026-11-25)
 */
export function tooLarge(handling: Handling): 'match' | 'no match' | undefined {
  if (handling === 'MATCH') return 'match';
  return handling === 'NO_MATCH' ? 'no match' : undefined;
}
