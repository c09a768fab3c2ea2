import { referencesIn } from './expr.js';
import {
  addressOf,
  targetOf,
  type Address,
  type AnyResource,
  type Resource,
  type ResourceType,
  type Stack,
  type StackNode,
} from './stack.js';

/** Read access to a Stack for rooms and reports: other rooms' resources, never their code. */
export interface StackView {
  readonly stack: Stack;
  /** The resource at this address. */
  get<T extends ResourceType>(address: Address<T>): Resource<T> | undefined;
  all<T extends ResourceType>(type: T): readonly Resource<T>[];
  /** Addresses of the resources that refer to `address`, sorted. */
  referrers(address: string): readonly string[];
  /** Every node by address, data sources and ephemeral resources too. */
  readonly nodes: ReadonlyMap<string, StackNode>;
}

/** @returns a view with its indexes made once */
export function viewOf(stack: Stack): StackView {
  const nodes = new Map<string, StackNode>();
  for (const resource of stack.resources) nodes.set(addressOf('resource', resource), resource);
  for (const source of stack.data) nodes.set(addressOf('data', source), source);
  for (const ephemeral of stack.ephemeral) nodes.set(addressOf('ephemeral', ephemeral), ephemeral);
  const referrers = referrersIn(nodes);
  const isOfType =
    <T extends ResourceType>(type: T) =>
    (resource: AnyResource): resource is AnyResource & Resource<T> =>
      resource.type === type;
  return {
    stack,
    nodes,
    get: <T extends ResourceType>(address: Address<T>) => nodes.get(address) as Resource<T> | undefined,
    all: (type) => stack.resources.filter(isOfType(type)),
    referrers: (address) => referrers.get(address) ?? [],
  };
}

function referrersIn(nodes: ReadonlyMap<string, StackNode>): ReadonlyMap<string, readonly string[]> {
  const result = new Map<string, Set<string>>();
  for (const [address, node] of nodes) {
    for (const target of referencesIn(node.args).map(targetOf)) {
      if (target === undefined) continue;
      const set = result.get(target) ?? new Set();
      result.set(target, set.add(address));
    }
  }
  return new Map([...result].map(([target, set]) => [target, [...set].sort()]));
}
