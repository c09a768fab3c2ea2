import type { ConformanceCase } from './case.js';

/** Every case, by layer and name. One file a layer: it exports `cases`. */
export const conformanceCases: readonly ConformanceCase[] = [];
