import type { ConformanceCase } from './case.js';
import { actionCases } from './waf-actions.js';
import { componentCases } from './waf-components.js';
import { managedCases } from './waf-managed.js';
import { rateCases } from './waf-rates.js';
import { statementCases } from './waf-statements.js';
import { transformationCases } from './waf-transformations.js';

/** AWS WAF. */
export const cases: readonly ConformanceCase[] = [
  ...statementCases,
  ...componentCases,
  ...transformationCases,
  ...actionCases,
  ...rateCases,
  ...managedCases,
];
