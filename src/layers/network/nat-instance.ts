import { template } from '../../stack/expr.js';
import type { Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';

/** Newest Amazon Linux 2023 when an instance starts. @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html (not re-read) */
const image = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';

/** A fresh instance, and with it the newest image, at least so often. */
const lifetimeSeconds = 30 * 24 * 3600;

/** Forwards what comes from the VPC under its own address. @see https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html (not re-read) */
const userData = `#!/bin/bash
set -eu
echo net.ipv4.ip_forward=1 > /etc/sysctl.d/90-nat.conf
sysctl -p /etc/sysctl.d/90-nat.conf
dnf install -y nftables
cat > /etc/nftables/nat.nft <<'RULES'
table ip nat {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr 10.0.0.0/16 ip daddr != 10.0.0.0/16 masquerade
  }
}
RULES
echo 'include "/etc/nftables/nat.nft"' >> /etc/sysconfig/nftables.conf
systemctl enable --now nftables
`;

/**
 * A NAT instance that replaces itself: its address and network interface (without the source/destination check) stay, an Auto
 * Scaling group of one puts a new instance behind them. Connections break for a minute when that happens: not for production.
 * An interface that exists is attached in a zone, not in a subnet.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html (`AvailabilityZones`; not re-read)
 */
export function natInstance(refs: Refs): AnyResource[] {
  const name = refs.name(128, 'nat');
  const tags = { Name: name };
  return [
    resource('aws_network_interface.nat', {
      description: 'NAT instance',
      subnet_id: attr(refs.subnet('public', 0), 'id'),
      security_groups: [attr(refs.securityGroup('nat'), 'id')],
      source_dest_check: false,
      tags,
    }),
    resource(
      refs.natAddress(0),
      { domain: 'vpc', network_interface: attr('aws_network_interface.nat', 'id'), tags },
      { dependsOn: ['aws_internet_gateway.main'] },
    ),
    resource('aws_launch_template.nat', {
      name,
      image_id: image,
      instance_type: 't4g.nano',
      update_default_version: true,
      user_data: Buffer.from(userData).toString('base64'),
      network_interfaces: [
        {
          device_index: 0,
          network_interface_id: attr('aws_network_interface.nat', 'id'),
          delete_on_termination: 'false',
        },
      ],
      block_device_mappings: [
        { device_name: '/dev/xvda', ebs: [{ encrypted: 'true', volume_type: 'gp3', delete_on_termination: 'true' }] },
      ],
      metadata_options: [{ http_tokens: 'required', http_endpoint: 'enabled', http_put_response_hop_limit: 1 }],
      monitoring: [{ enabled: true }],
      tag_specifications: [{ resource_type: 'instance', tags }],
      tags,
    }),
    resource(
      'aws_autoscaling_group.nat',
      {
        name,
        availability_zones: [attr(refs.subnet('public', 0), 'availability_zone')],
        min_size: 1,
        max_size: 1,
        desired_capacity: 1,
        health_check_type: 'EC2',
        max_instance_lifetime: lifetimeSeconds,
        launch_template: [
          {
            id: attr('aws_launch_template.nat', 'id'),
            version: template`${attr('aws_launch_template.nat', 'latest_version')}`,
          },
        ],
        // The interface can be in one instance alone: the old one goes before the new one comes.
        instance_maintenance_policy: [{ min_healthy_percentage: 0, max_healthy_percentage: 100 }],
        instance_refresh: [{ strategy: 'Rolling', preferences: [{ min_healthy_percentage: 0 }] }],
        tag: [{ key: 'Name', value: name, propagate_at_launch: true }],
      },
      {
        // It fetches packages when it starts, and is of use only when the private subnets reach it.
        dependsOn: [
          refs.natAddress(0),
          ...refs.publicRoute(0),
          'aws_vpc_security_group_egress_rule.nat_all',
          'aws_vpc_security_group_ingress_rule.nat_vpc',
        ],
      },
    ),
  ];
}
