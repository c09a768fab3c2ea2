import { cases as alb } from './alb.js';
import { cases as appRunner } from './app-runner.js';
import type { ConformanceCase } from './case.js';
import { cases as cloudfront } from './cloudfront.js';
import { cases as cloudmap } from './cloudmap.js';
import { cases as cloudwatch } from './cloudwatch.js';
import { cases as ecs } from './ecs.js';
import { cases as gateway } from './gateway.js';
import { cases as redis } from './redis.js';
import { cases as httpTricks } from './http-tricks.js';
import { cases as waf } from './waf.js';

/** Every case, by layer and name. One file a layer: it exports `cases`. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...alb,
  ...httpTricks,
  ...appRunner,
  ...cloudfront,
  ...cloudmap,
  ...cloudwatch,
  ...ecs,
  ...gateway,
  ...redis,
  ...waf,
];
