import { setTimeout } from 'node:timers/promises';
import type { Config } from '../../src/config/config.js';
import { layers, localReaders, localRules } from '../../src/layers/registry.js';
import { Engine } from '../../src/local/engine.js';
import { createFakePlane, type FakePlane } from '../../src/local/testing/fake-context.js';
import { ask } from '../../src/local/testing/fake-request.js';
import { inert, localArn, type LocalRule } from '../../src/stack/layer.js';
import { synthesise } from '../../src/stack/synth.js';
import { lastingTasks } from './lasting-tasks.js';

/** Not needed here, and more than a fake plane has: only their attributes are. */
const left: ReadonlySet<string> = new Set(['aws_lambda_function', 'aws_lambda_invocation']);

/** The load balancer, services, scaling and alarms of a config, as synth makes them, on a fake plane. */
export interface SleepingPlane {
  readonly plane: FakePlane;
  /** Minutes pass. */
  pass(minutes: number): Promise<void>;
  /** One request through the load balancer's 8443, as the gateway sends it. @returns the status */
  get(service: string): Promise<number>;
  desired(service: string): number;
  /** What the wake-up function does. */
  wake(service: string): void;
  /** Puts a metric of Landfall's own into this minute. */
  report(name: 'RunningJobs' | 'WakeUps'): void;
}

export async function sleepingPlane(config: Config): Promise<SleepingPlane> {
  const { stack, manifest } = synthesise(config, layers);
  const plane = createFakePlane({ manifest, runtimes: { process: tasks, kong: tasks } });
  const engine = new Engine(
    {
      registry: plane.registry,
      clock: plane.clock,
      rules: Object.fromEntries(
        Object.entries(localRules).map(([type, rule]) => [type, left.has(type) ? anything : rule]),
      ),
      readers: localReaders,
      contextFor: (address, _deploy, prior) => plane.context(address, prior),
      release: () => Promise.resolve(),
      save: () => Promise.resolve(),
    },
    {},
  );
  const variables = Object.fromEntries(manifest.images.map(({ variable }) => [variable, 'sha256:1']));
  const { signal } = new AbortController();
  const state = { applied: false };
  const applied = engine
    .apply({ artifact: { stack, manifest }, variables, emit: () => undefined, signal })
    .finally(() => (state.applied = true));
  applied.catch(() => undefined);
  // Files are read and written meanwhile, by the machine's own time.
  for (let step = 0; step < 1000 && !state.applied; step += 1) {
    await plane.clock.advance(100);
    await setTimeout(2);
  }
  await applied;
  reportCpu(plane);
  const serviceOf = (name: string) => plane.registry.connect(`aws_ecs_service.${name.replaceAll('-', '_')}`, 'service');
  const metrics = { namespace: 'Landfall', dimensions: { Stack: `${config.project}-${config.environment}` } };
  return {
    plane,
    pass: async (minutes) => {
      for (let second = 0; second < minutes * 60; second += 5) await plane.clock.advance(5000);
    },
    get: async (service) => (await ask(plane.listening('alb-8443'), { host: `${service}.internal` })).status,
    desired: (name) => serviceOf(name).desiredCount,
    wake: (name) => {
      const service = serviceOf(name) as unknown as { scaleTo(count: number): void };
      service.scaleTo(1);
    },
    report: (name) => plane.metrics.put([{ ...metrics, name, values: [1] }]),
  };
}

/** Tasks without a process: their CPU is reported for them, while they run. */
function reportCpu({ metrics, registry }: FakePlane): void {
  metrics.collect(() =>
    registry.providers('service').flatMap((address) => {
      const { name, cluster } = registry.applied.get(address)?.args ?? {};
      if (registry.connect(address, 'service').tasks().length === 0) return [];
      const dimensions = { ClusterName: String(cluster).split('/').at(-1) ?? '', ServiceName: String(name) };
      return [{ namespace: 'AWS/ECS', name: 'CPUUtilization', dimensions, values: [1] }];
    }),
  );
}

let started = 0;
const tasks = lastingTasks(() => {
  started += 1;
  return 40_000 + (started % 20_000);
});

const anything: LocalRule = inert('Nothing calls it here.', ({ args }, ctx) => ({
  function_name: args['function_name'],
  arn: localArn(ctx, 'lambda', `function:${String(args['function_name'])}`),
}));
