import type { Layer } from '../../stack/layer.js';
import { wafLocal } from './local/index.js';
import { synth } from './synth.js';

/** AWS WAF. */
export const waf: Layer<'aws_wafv2_web_acl'> = {
  name: 'waf',
  synth,
  cost: { aws_wafv2_web_acl: 'unpriced' },
  audit: [],
  local: wafLocal,
};
