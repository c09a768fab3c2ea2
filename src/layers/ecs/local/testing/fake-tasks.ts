import type { RunningTask, TargetGroup, TargetHealth } from '../../../../local/contract/context.js';
import { createFakeClock, type FakeClock } from '../../../../local/testing/fake-clock.js';
import { recording } from '../../../../local/testing/fake-request.js';
import { LiveService } from '../live-service.js';
import type { Rolling } from '../rolling.js';
import { TaskSet } from '../task-set.js';

/** How tasks that start from now on fare: `crashes` end at once. */
export type Fate = TargetHealth | 'crashes';

/** Tasks in memory that end and become healthy as a test says, and what was seen of them. */
export interface FakeTasks {
  readonly clock: FakeClock;
  readonly health: Map<string, TargetHealth>;
  /** Ids in the order in which they were stopped. */
  readonly stopped: string[];
  readonly lines: string[];
  /** Ids that are found by name now. */
  readonly named: Set<string>;
  readonly next: { fate: Fate };
  /** Most tasks that ever ran, and fewest healthy ones since one was. */
  readonly seen: { most: number; fewestHealthy: number };
  started(): number;
  /** Ends a task as if its program had. */
  end(id: string): void;
  setHealth(id: string, health: TargetHealth): void;
  set(options?: { readonly maximumPercent?: number; readonly prefix?: string; readonly grouped?: boolean }): TaskSet;
  rolling(desiredCount: number, options?: Partial<Rolling>): Rolling;
}

export function fakeTasks(): FakeTasks {
  const clock = createFakeClock();
  const health = new Map<string, TargetHealth>();
  const running = new Set<string>();
  const stopped: string[] = [];
  const lines: string[] = [];
  const named = new Set<string>();
  const ends = new Map<string, (message: string) => void>();
  const next: { fate: Fate } = { fate: 'healthy' };
  const seen = { most: 0, fewestHealthy: Number.POSITIVE_INFINITY };
  const waiting = new Set<() => void>();
  let started = 0;

  const look = () => {
    seen.most = Math.max(seen.most, running.size);
    const healthy = [...running].filter((id) => health.get(id) === 'healthy').length;
    if (healthy > 0 || seen.fewestHealthy !== Number.POSITIVE_INFINITY)
      seen.fewestHealthy = Math.min(seen.fewestHealthy, healthy);
    for (const check of [...waiting]) check();
  };

  const start = (prefix: string): Promise<RunningTask> => {
    const id = `${prefix}${String((started += 1))}`;
    const { fate } = next;
    const exited = new Promise<{ message: string }>((resolve) =>
      ends.set(id, (message) => {
        running.delete(id);
        resolve({ message });
      }),
    );
    running.add(id);
    fates.set(id, fate === 'crashes' ? 'initial' : fate);
    if (fate === 'crashes') setImmediate(() => ends.get(id)?.('exit code 3'));
    look();
    return Promise.resolve({
      id,
      pid: started,
      port: 40_000 + started,
      handler: recording(),
      healthHandler: recording(),
      lastLines: () => [`${id} says no`],
      exited,
      stop: () => {
        stopped.push(id);
        ends.get(id)?.('stopped');
        look();
        return Promise.resolve();
      },
    });
  };

  const fates = new Map<string, TargetHealth>();
  const setHealth = (id: string, value: TargetHealth) => {
    health.set(id, value);
    look();
  };
  const group: TargetGroup = {
    register: ({ id }) => setHealth(id, fates.get(id) ?? 'healthy'),
    deregister: (id) => Promise.resolve(void health.delete(id)),
    health: (id) => health.get(id),
    healthy: (id, signal) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (health.get(id) !== 'healthy') return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        signal.addEventListener('abort', () => {
          waiting.delete(check);
          reject(new Error('late'));
        });
        check();
      }),
  };

  return {
    clock,
    health,
    stopped,
    lines,
    named,
    next,
    seen,
    started: () => started,
    end: (id) => ends.get(id)?.('exit code 3'),
    setHealth,
    set: ({ maximumPercent = 200, prefix = 't', grouped = true } = {}) =>
      new TaskSet({
        service: 'offers',
        address: 'aws_ecs_service.offers',
        clock,
        emit: (event) => event.type === 'log' && lines.push(event.line),
        start: () => start(prefix),
        group: grouped ? group : undefined,
        names: { register: ({ id }) => void named.add(id), deregister: (id) => void named.delete(id) },
        maximumPercent,
      }),
    rolling: (desiredCount, options = {}) => ({
      service: 'offers',
      desiredCount,
      minimumHealthyPercent: 100,
      maximumPercent: 200,
      rollback: true,
      clock,
      signal: new AbortController().signal,
      ...options,
    }),
  };
}

/** Waits for a promise while the clock goes on, a quarter of a second at a time. */
export async function whileTimePasses<T>({ clock }: Pick<FakeTasks, 'clock'>, promise: Promise<T>): Promise<T> {
  const state = { done: false };
  const settled = promise.finally(() => (state.done = true));
  settled.catch(() => undefined);
  for (let step = 0; step < 4000 && !state.done; step += 1) await clock.advance(250);
  return settled;
}

/** A service whose first version runs with so many tasks, their ids `a1`, `a2` and so on. */
export async function runningService(
  fake: FakeTasks,
  count: number,
  options: Partial<Rolling> = {},
): Promise<LiveService> {
  const service = new LiveService();
  const { maximumPercent = 200 } = options;
  await whileTimePasses(fake, service.deploy(fake.set({ prefix: 'a', maximumPercent }), fake.rolling(count, options)));
  return service;
}

export const idsOf = (tasks: { tasks(): readonly { readonly id: string }[] }): readonly string[] =>
  tasks.tasks().map(({ id }) => id);
