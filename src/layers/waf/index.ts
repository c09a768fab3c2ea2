import type { Layer } from '../../stack/layer.js';
import { wafLocal } from './local/index.js';
import { synth } from './synth.js';

/** AWS WAF. */
export const waf: Layer<
  'aws_wafv2_ip_set' | 'aws_wafv2_web_acl' | 'aws_wafv2_web_acl_association' | 'aws_wafv2_web_acl_logging_configuration'
> = {
  name: 'waf',
  synth,
  cost: {
    aws_wafv2_ip_set: 'free',
    aws_wafv2_web_acl: 'unpriced',
    aws_wafv2_web_acl_association: 'free',
    aws_wafv2_web_acl_logging_configuration: 'unpriced',
  },
  audit: [],
  local: wafLocal,
};
