import type { Entry } from '../entry.js';
import { compute } from './compute.js';
import { costAndCount } from './cost.js';
import { data } from './data.js';
import { discovery } from './discovery.js';
import { edge } from './edge.js';
import { networking } from './networking.js';
import { overview } from './overview.js';
import { scaleToZero } from './scale-to-zero.js';
import { secrets } from './secrets.js';
import { spa } from './spa.js';

/** What shows each statement of the specification, in the page's order. */
export const entries: readonly Entry[] = [
  ...overview,
  ...compute,
  ...data,
  ...edge,
  ...networking,
  ...discovery,
  ...scaleToZero,
  ...spa,
  ...secrets,
  ...costAndCount,
];
