import type { ConformanceCase } from './case.js';
import { cases as cloudfront } from './cloudfront.js';
import { cases as cloudmap } from './cloudmap.js';
import { cases as ecs } from './ecs.js';
import { cases as redis } from './redis.js';

/** Every case, by layer and name. One file a layer: it exports `cases`. */
export const conformanceCases: readonly ConformanceCase[] = [...cloudfront, ...cloudmap, ...ecs, ...redis];
