import { centile } from './load.js';
import { now, pause, settledMs, type Served, type SleepyPlane } from '../test/waking/plane.js';

/** Milliseconds of one wake-up, in the order in which they pass. */
export interface Parts {
  /** From the request to the task that ECS makes. */
  readonly 'detect and call': number;
  /** To the process, less what `--task-start` waits. */
  readonly start: number;
  /** The service's own, until it listens. */
  readonly boot: number;
  /** To the first health check that it passes; 0 when the answer came before it. */
  readonly healthy: number;
  /** To the answer. */
  readonly 'first byte': number;
  readonly total: number;
  /** The total less the service's own start and what `--task-start` waits. */
  readonly 'Landfall’s own': number;
}

/** How often a client of `retry` asks again. */
const askPauseMs = 50;

/** @throws when a held request fails */
export async function wakeOnce(plane: SleepyPlane, service: string, taskStartSeconds: number): Promise<Parts> {
  await plane.sleep(service);
  await pause(settledMs);
  const sentAt = now();
  let served: Served = await plane.ask(service);
  while (served.status === 503) {
    await pause(askPauseMs);
    served = await plane.ask(service);
  }
  if (served.status !== 200) throw new Error(`${service} answered ${String(served.status)}.`);
  const answeredAt = now();
  const createdAt = await plane.taskCreatedAt(service);
  const waitedMs = taskStartSeconds * 1000;
  // A load balancer without a healthy target asks those that it has: the answer may come before the first check.
  const healthyAt = served.healthyAt === 0 ? served.listeningAt : served.healthyAt;
  const boot = served.listeningAt - served.bootedAt;
  const total = answeredAt - sentAt;
  return {
    'detect and call': createdAt - sentAt,
    start: served.bootedAt - createdAt - waitedMs,
    boot,
    healthy: healthyAt - served.listeningAt,
    'first byte': answeredAt - healthyAt,
    total,
    'Landfall’s own': total - waitedMs - boot,
  };
}

/** The median of each part. */
export function median(rounds: readonly Parts[]): string {
  const [first] = rounds;
  if (first === undefined) return 'not measured';
  const names = Object.keys(first) as (keyof Parts)[];
  const each = names.map((name) => {
    const times = rounds.map((parts) => parts[name]);
    return `${name} ${centile(times, 0.5).toFixed(0)} ms`;
  });
  return `${each.join(', ')} (${rounds.length === 1 ? 'one round' : `medians of ${String(rounds.length)} rounds`})`;
}
