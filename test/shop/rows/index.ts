import type { Row } from '../row.js';
import { dataRows } from './data.js';
import { lifeRows } from './life.js';
import { loadRows } from './load.js';
import { namesRows } from './names.js';
import { pathRows } from './path.js';
import { redisRows } from './redis.js';
import { signInRows } from './sign-in.js';
import { siteRows } from './site.js';
import { sleepRows } from './sleep.js';
import { terraformRows } from './terraform.js';
import { wafRows } from './waf.js';
import { webRows } from './web.js';

/** Everything that the shop must show, in an order in which it can be shown. */
export const rows: readonly Row[] = [
  ...pathRows,
  ...wafRows,
  ...signInRows,
  ...siteRows,
  ...webRows,
  ...dataRows,
  ...redisRows,
  ...loadRows,
  ...namesRows,
  ...terraformRows,
  ...sleepRows,
  ...lifeRows,
];
