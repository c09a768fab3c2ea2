import type { ConformanceCase } from './case.js';
import { functionCases } from './gateway-functions.js';
import { requestCases } from './gateway-requests.js';
import { tokenCases } from './gateway-tokens.js';

/** The gateway: Kong's routes and plugins as `kong.yml` uses them, and the token check of Landfall's own. */
export const cases: readonly ConformanceCase[] = [...requestCases, ...tokenCases, ...functionCases];
