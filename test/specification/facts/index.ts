import { computeFacts } from './compute.js';
import { dataFacts } from './data.js';
import { edgeFacts } from './edge.js';
import type { Fact } from './fact.js';
import { networkFacts } from './network.js';
import { operationsFacts } from './operations.js';
import { variantFacts } from './variants.js';
import { wiringFacts } from './wiring.js';

/** Everything that is asserted of the plans beside the specification's own statements. */
export const facts: readonly Fact[] = [
  ...networkFacts,
  ...edgeFacts,
  ...computeFacts,
  ...dataFacts,
  ...wiringFacts,
  ...operationsFacts,
  ...variantFacts,
];
