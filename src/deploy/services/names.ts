import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';

/** A service that runs, as AWS and as the user call it. */
export interface RunningName {
  /** Terraform address. */
  readonly address: string;
  /** As in the config; `gateway` for the gateway. */
  readonly service: string;
  /** Its name on AWS: `shop-dev-offers-service`. */
  readonly name: string;
  readonly on: 'ecs' | 'app-runner';
}

/** Name of the ECS cluster. */
export function clusterOf(stack: Stack): string {
  return String(viewOf(stack).get('aws_ecs_cluster.main')?.args.name);
}

/** Every ECS and App Runner service of the Stack, sorted by service. */
export function runningNames(stack: Stack): readonly RunningName[] {
  const view = viewOf(stack);
  const ecs = view.all('aws_ecs_service').map((one) => nameOf('ecs', one, one.args.name));
  const appRunner = view.all('aws_apprunner_service').map((one) => nameOf('app-runner', one, one.args.service_name));
  return [...ecs, ...appRunner].toSorted((a, b) => (a.service < b.service ? -1 : 1));
}

function nameOf(
  on: RunningName['on'],
  { type, name }: { readonly type: string; readonly name: string },
  physical: unknown,
): RunningName {
  // Names of services have no underscore, so their identifiers can be read back.
  return { address: `${type}.${name}`, service: name.replaceAll('_', '-'), name: String(physical), on };
}
