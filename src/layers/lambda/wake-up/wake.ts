import type { Service } from '@aws-sdk/client-ecs';
import type { Emit } from '../shared/metrics.js';
import { callsOf, tagOf, wakeCount } from '../shared/services.js';
import { inOrder, type OrderClock } from './order.js';
import { isActive, nameOf, scale, servicePages, type Failure, type Fleet } from './services.js';

/** What a wake-up tells CloudWatch. */
export type WakeMetric = 'WakeUps' | 'WakeUpFailures';

/** What a wake-up did. */
export interface WakeReport {
  /** Names of the services that stood at 0 and were raised, in this order. */
  readonly woken: readonly string[];
  /** How many had tasks already. */
  readonly awake: number;
  readonly failed: readonly Failure[];
}

/** What putting to sleep did. */
export interface SleepReport {
  readonly slept: readonly string[];
  readonly failed: readonly Failure[];
}

/**
 * Raises each active service that stands at 0 to its wake count; never lowers one, and leaves all others alone, so that
 * a second call changes nothing. What others call comes first, and they get it a head start. Goes on when one fails. The metric
 * `WakeUps` is emitted before the first is raised, so that the idle alarm knows of it; `WakeUpFailures` at the end.
 * @param only names of services to look at, with those that they call, directly or through others; all of the cluster when left out
 */
export async function wake(
  fleet: Fleet,
  emit: Emit<WakeMetric>,
  clock: OrderClock,
  only?: readonly string[],
): Promise<WakeReport> {
  const woken: string[] = [];
  const failed: Failure[] = [];
  const callers: Service[] = [];
  let awake = 0;
  let announced = false;
  async function raise(services: readonly Service[]): Promise<void> {
    if (services.length > 0 && !announced) {
      announced = true;
      await emit('WakeUps', 1);
    }
    collect(await scaleAll(fleet, services, wakeCount), woken, failed);
  }
  // ECS has no conditional update: each ten are raised as soon as they were seen at 0, before anything else can raise them more.
  for await (const page of reachedPages(fleet, only)) {
    const active = page.services.filter(isActive);
    const asleep = active.filter(({ desiredCount }) => desiredCount === 0);
    awake += active.length - asleep.length;
    failed.push(...page.failed);
    await raise(asleep.filter((service) => callsOf(service).length === 0));
    callers.push(...asleep.filter((service) => callsOf(service).length > 0));
  }
  const order = await inOrder(fleet, callers, clock, raise);
  failed.push(...order.failed);
  awake += order.awake;
  if (failed.length > 0) await emit('WakeUpFailures', failed.length);
  return { woken, awake, failed };
}

/** Services by the ten, then those that they call and that were not named. Only a service that was named can fail for not being there. */
async function* reachedPages(fleet: Fleet, only: readonly string[] | undefined) {
  if (only === undefined) {
    yield* servicePages(fleet);
    return;
  }
  const seen = new Set(only);
  let names = only;
  while (names.length > 0) {
    const called = new Set<string>();
    for await (const { services, failed } of servicePages(fleet, names)) {
      for (const name of services.flatMap(callsOf)) if (!seen.has(name)) called.add(name);
      const missing = (name: string, reason: string) => reason === 'MISSING' && !only.includes(name);
      yield {
        services,
        failed: [
          ...failed.filter(({ service, reason }) => !missing(service, reason)),
          ...notActive(services.filter(({ serviceArn = '' }) => only.includes(nameOf(serviceArn)))),
        ],
      };
    }
    names = [...called];
    for (const name of names) seen.add(name);
  }
}

/** Takes all tasks of each active service whose tag `landfall:sleeps` is `true`. Goes on when one fails. */
export async function sleep(fleet: Fleet, only?: readonly string[]): Promise<SleepReport> {
  const slept: string[] = [];
  const failed: Failure[] = [];
  for await (const page of servicePages(fleet, only)) {
    const due = page.services.filter(
      (service) => isActive(service) && service.desiredCount !== 0 && tagOf(service, 'landfall:sleeps') === 'true',
    );
    failed.push(...page.failed);
    collect(await scaleAll(fleet, due, () => 0), slept, failed);
  }
  return { slept, failed };
}

type Outcome = string | Failure;

const scaleAll = (fleet: Fleet, services: readonly Service[], count: (service: Service) => number) =>
  Promise.all(
    services.map(
      async (service): Promise<Outcome> => (await scale(fleet, service, count(service))) ?? service.serviceName ?? '*',
    ),
  );

function collect(outcomes: readonly Outcome[], done: string[], failed: Failure[]): void {
  for (const outcome of outcomes) {
    if (typeof outcome === 'string') done.push(outcome);
    else failed.push(outcome);
  }
}

const notActive = (services: readonly Service[]): readonly Failure[] =>
  services
    .filter((service) => !isActive(service))
    .map(({ serviceName, status }) => ({ service: serviceName ?? '*', reason: status ?? 'unknown' }));
