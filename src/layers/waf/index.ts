import type { Layer } from '../../stack/layer.js';
import { wafLocal } from './local/index.js';
import { appRunnerServices } from './regional.js';
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
  scannerSkips: (config) => [
    {
      check: 'CKV2_AWS_47',
      reason:
        'It also asks for AWSManagedRulesAnonymousIpList, which blocks webhooks and CI; the rules against Log4j are in AWSManagedRulesKnownBadInputsRuleSet, which is there.',
    },
    ...(appRunnerServices(config).length === 0
      ? []
      : [
          {
            check: 'CKV_AWS_192',
            reason:
              'The regional web ACL lets in CloudFront alone, whose requests have passed the rules against Log4j of the edge web ACL.',
          },
        ]),
  ],
  local: wafLocal,
};
