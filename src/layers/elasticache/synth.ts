import type { SynthPart } from '../../stack/layer.js';

export function synth(): SynthPart {
  return {};
}
