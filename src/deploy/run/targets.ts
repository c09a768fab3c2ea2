import { referencesIn } from '../../stack/expr.js';
import type { Stack } from '../../stack/stack.js';
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
