import type { Service } from '@aws-sdk/client-ecs';
import type { Emit } from '../shared/metrics.js';
import { tagOf, wakeCount } from '../shared/services.js';
import { scale, servicePages, type Failure, type Fleet } from './services.js';

/** What a wake-up tells CloudWatch. */
export type WakeMetric = 'WakeUps' | 'WakeUpFailures';

/** What a wake-up did. */
export interface WakeReport {
  /** Names of the services that stood at 0 and were raised. */
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
 * a second call changes nothing. Goes on when one fails. The metric `WakeUps` is emitted before the first is raised, so that
 * the idle alarm knows of it; `WakeUpFailures` at the end.
 * @param only names of the services to look at; all of the cluster when left out
 */
export async function wake(fleet: Fleet, emit: Emit<WakeMetric>, only?: readonly string[]): Promise<WakeReport> {
  const woken: string[] = [];
  const failed: Failure[] = [];
  let awake = 0;
  let announced = false;
  // ECS has no conditional update: each ten are raised as soon as they were seen at 0, before anything else can raise them more.
  for await (const page of servicePages(fleet, only)) {
    const active = page.services.filter(isActive);
    const asleep = active.filter(({ desiredCount }) => desiredCount === 0);
    awake += active.length - asleep.length;
    failed.push(...page.failed, ...(only === undefined ? [] : notActive(page.services)));
    if (asleep.length > 0 && !announced) {
      announced = true;
      await emit('WakeUps', 1);
    }
    collect(await scaleAll(fleet, asleep, wakeCount), woken, failed);
  }
  if (failed.length > 0) await emit('WakeUpFailures', failed.length);
  return { woken, awake, failed };
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

const isActive = ({ status }: Service) => status === 'ACTIVE';

const notActive = (services: readonly Service[]): readonly Failure[] =>
  services
    .filter((service) => !isActive(service))
    .map(({ serviceName, status }) => ({ service: serviceName ?? '*', reason: status ?? 'unknown' }));
