import { referencesIn } from '../../stack/expr.js';
import { dependenciesOf, type Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';

const services = ['aws_ecs_service', 'aws_apprunner_service'];

/** Addresses that change when these root variables do: what refers to them, and the services that run it. Sorted. */
export function usersOf(stack: Stack, variables: readonly string[]): readonly string[] {
  const view = viewOf(stack);
  const direct = [...view.nodes].flatMap(([address, { args }]) =>
    referencesIn(args).some(({ kind, target }) => kind === 'var' && variables.includes(target)) ? [address] : [],
  );
  const running = direct
    .flatMap((address) => view.referrers(address))
    .filter((address) => services.some((type) => address.startsWith(`${type}.`)));
  return [...new Set([...direct, ...running])].toSorted();
}

/** These addresses, and all that needs one of them, at whatever distance. */
export function withDependents(stack: Stack, addresses: Iterable<string>): ReadonlySet<string> {
  const { nodes } = viewOf(stack);
  const found = new Set(addresses);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const [address, node] of nodes)
      if (dependenciesOf(node).some((needed) => found.has(needed))) found.add(address);
  }
  return found;
}
