/** Questions about who may connect to whom. */
import type { PlannedResource, PlannedStack } from '../harness/mocked-plan-stack.js';

/** One rule as a reader sees it. */
export interface Opening {
  /** The group it belongs to, such as `alb`. */
  readonly group: string;
  /** `443`, `3001-8100`, or `all`. */
  readonly ports: string;
  /** A group's name, a range, or `prefix:…`. */
  readonly peer: string;
}

/** All rules of a direction, sorted; of one group when it is named. */
export function opening(plan: PlannedStack, direction: 'ingress' | 'egress', group?: string): readonly Opening[] {
  return plan
    .all(`aws_vpc_security_group_${direction}_rule`)
    .map(openingOf)
    .filter((one) => group === undefined || one.group === group)
    .toSorted((a, b) => (lineOf(a) < lineOf(b) ? -1 : 1));
}

/** Ports of a group that are open to one peer, sorted as text. */
export const openTo = (
  plan: PlannedStack,
  direction: 'ingress' | 'egress',
  group: string,
  peer: string,
): readonly string[] =>
  opening(plan, direction, group)
    .filter((one) => one.peer === peer)
    .map(({ ports }) => ports);

/** `alb 443 from 0.0.0.0/0`. */
export const lineOf = ({ group, ports, peer }: Opening): string => `${group} ${ports} from ${peer}`;

function openingOf({ values }: PlannedResource): Opening {
  const group = (value: unknown): string =>
    typeof value === 'string' ? value.replace(/^aws_security_group\.(\w+)\.id$/, '$1') : '';
  const peer = values['cidr_ipv4'] ?? values['cidr_ipv6'] ?? values['referenced_security_group_id'];
  const [from, to] = [values['from_port'], values['to_port']];
  const ports = from === to ? String(from) : `${String(from)}-${String(to)}`;
  return {
    group: group(values['security_group_id']),
    ports: values['ip_protocol'] === '-1' ? 'all' : ports,
    peer: peer === undefined ? `prefix:${String(values['prefix_list_id'])}` : group(peer),
  };
}
