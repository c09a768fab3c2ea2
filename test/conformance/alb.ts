import { actionCases } from './alb-actions.js';
import { lambdaCases } from './alb-lambda.js';
import { messageCases } from './alb-messages.js';
import { refusalCases } from './alb-refusals.js';
import { ruleCases } from './alb-rules.js';
import { targetCases } from './alb-targets.js';
import type { ConformanceCase } from './case.js';

export const cases: readonly ConformanceCase[] = [
  ...ruleCases,
  ...actionCases,
  ...targetCases,
  ...lambdaCases,
  ...messageCases,
  ...refusalCases,
];
