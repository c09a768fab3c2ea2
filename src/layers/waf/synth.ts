import type { Config } from '../../config/config.js';
import type { SynthPart } from '../../stack/layer.js';
import type { Refs } from '../../stack/refs.js';
import { edgeWebAcl } from './edge.js';
import { regionalWebAcl } from './regional.js';

/** The web ACL of every distribution and, for App Runner services, the one that lets in CloudFront alone; both with their logs. */
export function synth(config: Config, refs: Refs): SynthPart {
  return { resources: [...edgeWebAcl(config, refs), ...regionalWebAcl(config, refs)] };
}
