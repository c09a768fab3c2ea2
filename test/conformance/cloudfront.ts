import type { ConformanceCase } from './case.js';
import { compressionCases } from './cloudfront-compression.js';
import { errorCases } from './cloudfront-errors.js';
import { functionCases } from './cloudfront-functions.js';
import { keyCases } from './cloudfront-keys.js';
import { lifetimeCases } from './cloudfront-lifetimes.js';
import { rangeCases } from './cloudfront-ranges.js';
import { requestCases } from './cloudfront-requests.js';

/** What CloudFront does and a local distribution must do too. */
export const cases: readonly ConformanceCase[] = [
  ...keyCases,
  ...lifetimeCases,
  ...errorCases,
  ...compressionCases,
  ...rangeCases,
  ...functionCases,
  ...requestCases,
];
