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
  local: albLocal,
};
