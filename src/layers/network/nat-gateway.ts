import { zoneLetter, type Refs, type ZoneIndex } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';

/** A NAT gateway in a zone's public subnet, with its address. */
export function natGateway(refs: Refs, zone: ZoneIndex): AnyResource[] {
  const letter = zoneLetter(zone);
  const tags = { Name: refs.name(255, 'nat', letter) };
  return [
    resource(refs.natAddress(zone), { domain: 'vpc', tags }, { dependsOn: ['aws_internet_gateway.main'] }),
    resource(
      `aws_nat_gateway.${letter}`,
      { allocation_id: attr(refs.natAddress(zone), 'id'), subnet_id: attr(refs.subnet('public', zone), 'id'), tags },
      // What waits for the gateway waits for its own way out too.
      { dependsOn: ['aws_internet_gateway.main', ...refs.publicRoute(zone)] },
    ),
  ];
}
