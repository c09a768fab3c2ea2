import type { Emit } from '../../base/events.js';
import { dependenciesOf, type Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import type { Message } from './messages.js';

const doing = {
  create: 'make',
  update: 'change',
  delete: 'destroy',
  read: 'read',
  replace: 'replace',
  noop: 'look at',
} as const;

/**
 * Turns Terraform's messages into steps: what is being made, for how long, and how many of the planned changes wait for it.
 * @param pending addresses that the plan changes
 */
export function terraformSteps(emit: Emit, stack: Stack, pending: readonly string[] = []): (message: Message) => void {
  const waiting = new Set(pending);
  const dependants = dependantsIn(stack);
  const waitFor = (address: string) => {
    const count = [...dependants(address)].filter((one) => waiting.has(one)).length;
    return count === 0 ? '' : `, ${String(count)} wait for it`;
  };
  return (message) => {
    if (message.type === 'diagnostic' || message.type === 'other') return;
    const { resource, action = 'read', elapsed_seconds: seconds = 0 } = message.hook;
    const address = resource?.addr ?? '';
    const refresh = message.type.startsWith('refresh');
    const id = `terraform:${address}`;
    const label = refresh ? `read ${address}` : `${doing[action]} ${address}`;
    const quiet = refresh && { quiet: true };
    switch (message.type) {
      case 'apply_start':
      case 'refresh_start':
        waiting.delete(address);
        emit({ type: 'step', id, label, status: 'started', ...quiet });
        break;
      case 'apply_progress': {
        const detail = `${String(seconds)} s${waitFor(address)}`;
        emit({ type: 'step', id, label, status: 'progress', detail });
        break;
      }
      case 'apply_complete':
      case 'refresh_complete':
        emit({ type: 'step', id, label, status: 'done', milliseconds: seconds * 1000, ...quiet });
        break;
      case 'apply_errored':
        emit({ type: 'step', id, label, status: 'failed', milliseconds: seconds * 1000 });
        break;
    }
  };
}

/** For an address, all that needs it, directly or through others. Worked out once an address. */
function dependantsIn(stack: Stack): (address: string) => ReadonlySet<string> {
  const direct = new Map<string, string[]>();
  for (const [address, node] of viewOf(stack).nodes) {
    for (const needed of dependenciesOf(node)) direct.set(needed, [...(direct.get(needed) ?? []), address]);
  }
  const known = new Map<string, Set<string>>();
  return (address) => {
    const found = known.get(address);
    if (found !== undefined) return found;
    const all = new Set<string>();
    const queue = [...(direct.get(address) ?? [])];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (all.has(next)) continue;
      all.add(next);
      queue.push(...(direct.get(next) ?? []));
    }
    known.set(address, all);
    return all;
  };
}
