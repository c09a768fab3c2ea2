import type { Config } from '../../config/config.js';
import { attr, dataAttr, dataSource, resource } from '../../stack/stack.js';
import { zoneIndexes, type Refs, type SubnetTier, type ZoneIndex, zoneLetter } from '../../stack/refs.js';
import type { SynthPart } from '../../stack/layer.js';
import { flowLog } from './flow-log.js';
import { natGateway } from './nat-gateway.js';
import { natInstance } from './nat-instance.js';
import { securityGroups } from './security-groups.js';

/** The specification's address plan. */
export const cidrs = {
  vpc: '10.0.0.0/16',
  public: ['10.0.1.0/24', '10.0.2.0/24'],
  private: ['10.0.10.0/24', '10.0.20.0/24'],
  database: ['10.0.100.0/24', '10.0.200.0/24'],
} as const satisfies { vpc: string } & Record<SubnetTier, readonly [string, string]>;

/** The VPC with three tiers in two zones, NAT, and the security groups. */
export function synth(config: Config, refs: Refs): SynthPart {
  return {
    data: [
      dataSource(refs.zones, {
        state: 'available',
        filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
        // Old zones without newer instance classes. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html (not re-read)
        exclude_zone_ids: ['use1-az3', 'usw1-az2', 'cac1-az3', 'apne1-az3'],
      }),
    ],
    resources: [
      resource(refs.vpc, {
        cidr_block: cidrs.vpc,
        enable_dns_support: true,
        enable_dns_hostnames: true,
        tags: { Name: refs.name(255) },
      }),
      resource('aws_internet_gateway.main', { vpc_id: attr(refs.vpc, 'id'), tags: { Name: refs.name(255) } }),
      ...(['public', 'private', 'database'] as const).flatMap((tier) =>
        zoneIndexes.map((zone) => subnet(refs, tier, zone)),
      ),
      ...(config.nat === 'instance' ? natInstance(refs) : natZones(config).flatMap((zone) => natGateway(refs, zone))),
      ...routes(config, refs),
      s3Endpoint(refs),
      ...flowLog(config, refs),
      ...securityGroups(config, refs, natZones(config)),
    ],
  };
}

/** Zones that have a way out of their own. */
export function natZones(config: Config): readonly ZoneIndex[] {
  return config.nat === 'gateway-per-az' ? zoneIndexes : [0];
}

function subnet(refs: Refs, tier: SubnetTier, zone: ZoneIndex) {
  return resource(
    refs.subnet(tier, zone),
    {
      vpc_id: attr(refs.vpc, 'id'),
      cidr_block: cidrs[tier][zone],
      availability_zone: dataAttr(refs.zones, 'names', zone),
      map_public_ip_on_launch: false,
      tags: { Name: refs.name(255, tier, zoneLetter(zone)) },
    },
    // The list of zones changes when AWS adds one or one is impaired: what stands, stays.
    { lifecycle: { ignore_changes: ['availability_zone'] } },
  );
}

/** Traffic to S3 (image layers, buckets) leaves without NAT, and without its price. @see https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html (read 2026-11-25) */
function s3Endpoint(refs: Refs) {
  return resource('aws_vpc_endpoint.s3', {
    vpc_id: attr(refs.vpc, 'id'),
    service_name: `com.amazonaws.${refs.region}.s3`,
    vpc_endpoint_type: 'Gateway',
    route_table_ids: zoneIndexes.map((zone) => attr(`aws_route_table.private_${zoneLetter(zone)}`, 'id')),
    tags: { Name: refs.name(255, 's3') },
  });
}

/** One public table, a private one a zone that leaves by that zone's NAT, and a database one that leaves nowhere. */
function routes(config: Config, refs: Refs) {
  const vpc_id = attr(refs.vpc, 'id');
  const table = (name: string) =>
    resource(`aws_route_table.${name}`, { vpc_id, tags: { Name: refs.name(255, name.replace('_', '-')) } });
  const associate = (tier: SubnetTier, zone: ZoneIndex, name: string) =>
    resource(`aws_route_table_association.${tier}_${zoneLetter(zone)}`, {
      subnet_id: attr(refs.subnet(tier, zone), 'id'),
      route_table_id: attr(`aws_route_table.${name}`, 'id'),
    });
  const everywhere = '0.0.0.0/0';
  return [
    table('public'),
    resource('aws_route.public', {
      route_table_id: attr('aws_route_table.public', 'id'),
      destination_cidr_block: everywhere,
      gateway_id: attr('aws_internet_gateway.main', 'id'),
    }),
    table('database'),
    ...zoneIndexes.flatMap((zone) => {
      const letter = zoneLetter(zone);
      const nat = natZones(config).includes(zone) ? letter : 'a';
      return [
        table(`private_${letter}`),
        resource(`aws_route.private_${letter}`, {
          route_table_id: attr(`aws_route_table.private_${letter}`, 'id'),
          destination_cidr_block: everywhere,
          ...(config.nat === 'instance'
            ? { network_interface_id: attr('aws_network_interface.nat', 'id') }
            : { nat_gateway_id: attr(`aws_nat_gateway.${nat}`, 'id') }),
        }),
        associate('public', zone, 'public'),
        associate('private', zone, `private_${letter}`),
        associate('database', zone, 'database'),
      ];
    }),
  ];
}
