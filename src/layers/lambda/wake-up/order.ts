import type { Service } from '@aws-sdk/client-ecs';
import { callsOf } from '../shared/services.js';
import { isActive, servicePages, type Failure, type Fleet } from './services.js';

/** Time as the order needs it. */
export interface OrderClock {
  /** Milliseconds. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * How long a service waits for those that it calls. They start in about the same time, so that a head start is enough, and waiting until
 * they run would double what the client waits. The sum stays below the function's timeout and the load balancer's idle timeout (60 seconds each).
 */
const headStartMs = 10_000;
const longestMs = 40_000;
const lookMs = 1000;

/** What became of those that needed no raising. */
export interface Order {
  /** How many others raised meanwhile. */
  readonly awake: number;
  readonly failed: readonly Failure[];
}

/**
 * Raises services that stand at 0, each when those that it calls run, or had their head start. Where services call each other in a circle,
 * they start together.
 * @param raise gets services that were seen at 0 just now
 */
export async function inOrder(
  fleet: Fleet,
  callers: readonly Service[],
  clock: OrderClock,
  raise: (services: readonly Service[]) => Promise<void>,
): Promise<Order> {
  const failed: Failure[] = [];
  let awake = 0;
  let waiting: ReadonlySet<string> = new Set(callers.map(nameOf));
  const end = clock.now() + longestMs;
  let headStart = clock.now() + headStartMs;
  while (waiting.size > 0) {
    const seen = await look(fleet, [...new Set([...waiting, ...callers.flatMap(callsOf)])], waiting);
    failed.push(...seen.failed);
    const asleep = seen.services.filter((service) => waiting.has(nameOf(service)) && service.desiredCount === 0);
    awake += seen.services.filter(
      (service) => waiting.has(nameOf(service)) && isActive(service) && service.desiredCount !== 0,
    ).length;
    waiting = new Set(asleep.map(nameOf));
    const isOver = clock.now() >= end;
    const due = isOver ? asleep : dueOf(asleep, waiting, seen.services, clock.now() >= headStart);
    await raise(due);
    waiting = new Set([...waiting].filter((name) => !due.some((service) => nameOf(service) === name)));
    if (due.length > 0) headStart = clock.now() + headStartMs;
    else if (waiting.size > 0) await clock.pause(lookMs);
  }
  return { awake, failed };
}

/** Those whose called services run; after the head start, those whose called services were raised; of a circle, all. */
function dueOf(
  asleep: readonly Service[],
  waiting: ReadonlySet<string>,
  seen: readonly Service[],
  hadHeadStart: boolean,
): readonly Service[] {
  const starting = new Set(
    seen.filter((service) => isActive(service) && (service.runningCount ?? 0) === 0).map(nameOf),
  );
  const others = (service: Service) => callsOf(service).filter((name) => name !== nameOf(service));
  const due = asleep.filter(
    (service) => !others(service).some((name) => (hadHeadStart ? waiting : starting).has(name)),
  );
  if (due.length > 0) return due;
  const isCircle = asleep.every((service) => others(service).some((name) => waiting.has(name)));
  return isCircle ? asleep : [];
}

/** Looks at services by the ten. What cannot be looked at fails when it is one of those that wait; else it is not waited for. */
async function look(fleet: Fleet, names: readonly string[], waiting: ReadonlySet<string>) {
  const services: Service[] = [];
  const failed: Failure[] = [];
  for await (const page of servicePages(fleet, names)) {
    services.push(...page.services);
    failed.push(...page.failed.filter(({ service }) => waiting.has(service)));
  }
  return { services, failed };
}

const nameOf = ({ serviceName }: Service): string => serviceName ?? '*';
