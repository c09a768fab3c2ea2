import { inert, type Layer } from '../../stack/layer.js';
import { spansRemoteDesktop } from './security-groups.js';
import { synth } from './synth.js';

const perimeter = 'One machine has one network: everything listens on the loopback address.';
const plain = inert(perimeter);

/** VPC, subnets, routes, NAT and security groups. */
export const network: Layer<
  | 'aws_autoscaling_group'
  | 'aws_default_security_group'
  | 'aws_eip'
  | 'aws_flow_log'
  | 'aws_internet_gateway'
  | 'aws_launch_template'
  | 'aws_nat_gateway'
  | 'aws_network_interface'
  | 'aws_route'
  | 'aws_route_table'
  | 'aws_route_table_association'
  | 'aws_security_group'
  | 'aws_subnet'
  | 'aws_vpc'
  | 'aws_vpc_endpoint'
  | 'aws_vpc_security_group_egress_rule'
  | 'aws_vpc_security_group_ingress_rule',
  'aws_availability_zones'
> = {
  name: 'network',
  synth,
  cost: {
    aws_autoscaling_group: 'unpriced',
    aws_default_security_group: 'free',
    aws_eip: 'unpriced',
    aws_flow_log: 'unpriced',
    aws_internet_gateway: 'free',
    aws_launch_template: 'free',
    aws_nat_gateway: 'unpriced',
    aws_network_interface: 'free',
    aws_route: 'free',
    aws_route_table: 'free',
    aws_route_table_association: 'free',
    aws_security_group: 'free',
    aws_subnet: 'free',
    aws_vpc: 'free',
    aws_vpc_endpoint: 'free',
    aws_vpc_security_group_egress_rule: 'free',
    aws_vpc_security_group_ingress_rule: 'free',
  },
  audit: [],
  scannerSkips: (config) => [
    { check: 'CKV_AWS_260', reason: 'Port 80 answers with a redirect to HTTPS, as the specification says.' },
    {
      check: 'CKV_AWS_394',
      reason: 'Subnets keep their zone once they have one (ignore_changes): zones that come or go move nothing.',
    },
    ...(spansRemoteDesktop(config)
      ? [{ check: 'CKV_AWS_25', reason: 'The rules name security groups as sources, which the check does not see.' }]
      : []),
  ],
  local: {
    aws_autoscaling_group: plain,
    aws_default_security_group: plain,
    aws_eip: inert(perimeter, () => ({ public_ip: '127.0.0.1' })),
    aws_flow_log: inert('Traffic on the loopback address is not logged by flow.'),
    aws_internet_gateway: plain,
    aws_launch_template: plain,
    aws_nat_gateway: plain,
    aws_network_interface: plain,
    aws_route: plain,
    aws_route_table: plain,
    aws_route_table_association: plain,
    aws_security_group: inert('Locally no port is filtered: every listener is on the loopback address.'),
    aws_subnet: plain,
    aws_vpc: plain,
    aws_vpc_endpoint: plain,
    aws_vpc_security_group_egress_rule: plain,
    aws_vpc_security_group_ingress_rule: plain,
  },
  localData: {
    aws_availability_zones: (_source, ctx) =>
      Promise.resolve({ names: ['a', 'b'].map((zone) => `${ctx.region}${zone}`) }),
  },
};
