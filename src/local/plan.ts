import { dependenciesOf, type Stack, type StackNode } from '../stack/stack.js';
import { viewOf } from '../stack/view.js';
import type { Attributes, LocalRule } from '../stack/layer.js';
import { evaluate, fingerprint } from './evaluate.js';
import type { LocalState } from './state.js';

export type Action = 'create' | 'update' | 'replace' | 'start' | 'delete' | 'unchanged';

/** What a deploy would do to one resource. */
export interface PlannedChange {
  readonly address: string;
  readonly action: Action;
}

/** Resources and data sources of a Stack, each after those it needs. @throws when references form a circle */
export function inReferenceOrder(stack: Stack): readonly (readonly [address: string, node: StackNode])[] {
  const { nodes } = viewOf(stack);
  const ordered = new Map<string, StackNode>();
  const open = new Set<string>();
  const visit = (address: string): void => {
    const node = nodes.get(address);
    if (node === undefined || ordered.has(address)) return;
    if (open.has(address)) throw new Error(`References form a circle at ${address}.`);
    open.add(address);
    dependenciesOf(node).forEach(visit);
    open.delete(address);
    ordered.set(address, node);
  };
  [...nodes.keys()].sort().forEach(visit);
  return [...ordered];
}

/**
 * What a deploy would do, from the state alone: nothing is read but what is remembered. A change whose attributes are made anew
 * (`replaced`) reaches those that refer to it.
 * @param running whether the plane runs: if not, what is unchanged is started
 */
export function planChanges(
  stack: Stack,
  variables: Readonly<Record<string, string>>,
  state: LocalState | undefined,
  rules: Readonly<Record<string, LocalRule>>,
  running: boolean,
): readonly PlannedChange[] {
  const attributes = new Map<string, Attributes>();
  const versions = new Map<string, string>();
  const changes: PlannedChange[] = [];
  const versionOf = (address: string) => versions.get(address) ?? '(known after apply)';
  for (const [address, node] of inReferenceOrder(stack)) {
    const values = { attributes, variables };
    if (!isManaged(address)) {
      versions.set(address, versionOfReader(node, values, versionOf));
      continue;
    }
    const before = state?.resources[address];
    const action = actionFor(before, fingerprint(node, values, versionOf), rules[node.type], running);
    if (before !== undefined && action !== 'replace') attributes.set(address, before.attributes);
    versions.set(address, before?.hash ?? '');
    changes.push({ address, action });
  }
  const gone = Object.keys(state?.resources ?? {}).filter(
    (address) => !changes.some((change) => change.address === address),
  );
  return [...changes, ...gone.map((address): PlannedChange => ({ address, action: 'delete' }))];
}

const isManaged = (address: string): boolean => !/^(data|ephemeral)\./.test(address);

/** Changes when the arguments of a data source do, or what it depends on. */
export function versionOfReader(
  node: StackNode,
  values: Parameters<typeof fingerprint>[1],
  versionOf: (address: string) => string,
): string {
  const after = (node.dependsOn ?? []).map((address) =>
    JSON.stringify(evaluate(values.attributes.get(address), values, String) ?? null),
  );
  return `${fingerprint(node, values, versionOf)}${after.join('')}`;
}

function actionFor(
  before: LocalState['resources'][string] | undefined,
  hash: string,
  rule: LocalRule | undefined,
  running: boolean,
): Action {
  if (before === undefined) return 'create';
  if (before.hash === hash) return running || rule?.fidelity === 'inert' ? 'unchanged' : 'start';
  return rule !== undefined && rule.fidelity !== 'inert' && rule.replaced === true ? 'replace' : 'update';
}

/** Destroy order: each before those it needs. */
export function inDestroyOrder(resources: LocalState['resources']): readonly string[] {
  const ordered: string[] = [];
  const seen = new Set<string>();
  const visit = (address: string): void => {
    if (seen.has(address)) return;
    seen.add(address);
    for (const dependency of resources[address]?.dependencies ?? []) visit(dependency);
    if (resources[address] !== undefined) ordered.push(address);
  };
  Object.keys(resources).sort().forEach(visit);
  return ordered.reverse();
}
