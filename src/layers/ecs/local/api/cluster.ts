import type { LocalContext } from '../../../../local/contract/context.js';
import type { LocalBehaviour } from '../../../../stack/layer.js';
import { RegisteredDefinitions, stackDefinitions, type Definition } from './definitions.js';
import { TaskLedger } from './task-ledger.js';

/** The cluster while the plane runs: what its API tells of tasks and task definitions. */
export class Cluster {
  readonly tasks: TaskLedger;
  readonly registered = new RegisteredDefinitions();

  constructor(
    readonly name: string,
    readonly arn: string,
    now: () => number,
  ) {
    this.tasks = new TaskLedger(now);
  }
}

/** The cluster: the plane itself, and the ledger of its tasks. */
export const cluster: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'Capacity providers, Container Insights and execute-command. The plane is the cluster.',
  apply({ args }, ctx) {
    const name = String(args['name']);
    const arn = `arn:aws:ecs:${ctx.region}:${ctx.accountId}:cluster/${name}`;
    const known = clusterAt(ctx.address, ctx);
    if (known?.arn !== arn) ctx.provide('cluster', new Cluster(name, arn, () => ctx.clock.now()));
    return Promise.resolve({ id: arn, arn, name });
  },
};

/** The clusters of the plane. */
export const clusters = (ctx: LocalContext): readonly Cluster[] =>
  ctx.providers('cluster').flatMap((address) => clusterAt(address, ctx) ?? []);

/** The plane's one cluster; absent before it was applied. */
export const planeCluster = (ctx: LocalContext): Cluster | undefined => clusters(ctx)[0];

function clusterAt(address: string, ctx: LocalContext): Cluster | undefined {
  if (!ctx.providers('cluster').includes(address)) return undefined;
  const found = ctx.connect(address, 'cluster');
  return found instanceof Cluster ? found : undefined;
}

/** Every task definition: the Stack's and those that were registered by API, by ARN. */
export function definitionsOf(ctx: LocalContext): readonly Definition[] {
  const ofStack = ctx.all('aws_ecs_task_definition').flatMap((address) => {
    const args = ctx.argumentsOf(address);
    const arn = ctx.attributesOf(address)?.['arn'];
    return args === undefined || typeof arn !== 'string' ? [] : [{ arn, args }];
  });
  return [...stackDefinitions(ofStack), ...clusters(ctx).flatMap(({ registered }) => registered.all())];
}
