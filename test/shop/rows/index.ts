import type { Row } from '../row.js';
import { dataRows } from './data.js';
import { lifeRows } from './life.js';
import { namesRows } from './names.js';
import { pathRows } from './path.js';
import { signInRows } from './sign-in.js';
import { siteRows } from './site.js';
import { terraformRows } from './terraform.js';
import { webRows } from './web.js';

/** Everything that the shop must show, in an order in which it can be shown. */
export const rows: readonly Row[] = [
  ...pathRows,
  ...signInRows,
  ...siteRows,
  ...webRows,
  ...dataRows,
  ...namesRows,
  ...terraformRows,
  ...lifeRows,
];
