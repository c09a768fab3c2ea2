import type { Layer } from '../../stack/layer.js';
import { albLocal } from './local/index.js';
import { synth } from './synth.js';

/** The application load balancer. */
export const alb: Layer<
  | 'aws_lb'
  | 'aws_lb_listener'
  | 'aws_lb_listener_certificate'
  | 'aws_lb_listener_rule'
  | 'aws_lb_target_group'
  | 'aws_lb_target_group_attachment'
> = {
  name: 'alb',
  synth,
  cost: {
    aws_lb: 'unpriced',
    aws_lb_listener: 'free',
    aws_lb_listener_certificate: 'free',
    aws_lb_listener_rule: 'free',
    aws_lb_target_group: 'free',
    aws_lb_target_group_attachment: 'free',
  },
  audit: [],
  scannerSkips: (config) => [
    {
      check: 'CKV_AWS_2',
      reason: '8080 is plain HTTP by the specification: OIDC discovery from inside, open to the NAT addresses alone.',
    },
    { check: 'CKV_AWS_103', reason: 'As CKV_AWS_2: the listener on 8080 has no TLS.' },
    { check: 'CKV2_AWS_20', reason: '80 redirects to HTTPS; 8080 answers OIDC discovery, see CKV_AWS_2.' },
    {
      check: 'CKV2_AWS_28',
      reason: 'The web ACL stands in front, at CloudFront; the load balancer refuses what does not come from there.',
    },
    { check: 'CKV_AWS_378', reason: 'TLS ends at the load balancer; targets are tasks in private subnets.' },
    ...(config.production
      ? []
      : [{ check: 'CKV_AWS_150', reason: 'Deletion protection is for production; other environments come and go.' }]),
  ],
  local: albLocal,
};
