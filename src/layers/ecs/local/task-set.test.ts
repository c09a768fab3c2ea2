import { expect, it } from 'vitest';
import type { RunningTask, TargetHealth } from '../../../local/contract/context.js';
import { createFakeClock } from '../../../local/testing/fake-clock.js';
import { recording } from '../../../local/testing/fake-request.js';
import { TaskSet } from './task-set.js';

/** A task set whose tasks end and become healthy as a test says. */
function fakeSet() {
  const clock = createFakeClock();
  const health = new Map<string, TargetHealth>();
  const stopped: string[] = [];
  const lines: string[] = [];
  const end = new Map<string, () => void>();
  const next: { health: TargetHealth } = { health: 'healthy' };
  let started = 0;
  const start = (): Promise<RunningTask> => {
    const id = `t${String((started += 1))}`;
    let ended: (exit: { message: string }) => void = () => undefined;
    const exited = new Promise<{ message: string }>((resolve) => (ended = resolve));
    end.set(id, () => ended({ message: 'exit code 3' }));
    return Promise.resolve({
      id,
      pid: started,
      handler: recording(),
      healthHandler: recording(),
      lastLines: () => [],
      exited,
      stop: () => {
        stopped.push(id);
        ended({ message: 'stopped' });
        return Promise.resolve();
      },
    });
  };
  const set = new TaskSet({
    service: 'offers',
    address: 'aws_ecs_service.offers',
    clock,
    emit: (event) => event.type === 'log' && lines.push(event.line),
    start,
    group: {
      register: ({ id }) => void health.set(id, next.health),
      deregister: (id) => Promise.resolve(void health.delete(id)),
      health: (id) => health.get(id),
      healthy: (id, signal) =>
        health.get(id) === 'healthy'
          ? Promise.resolve()
          : new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late')))),
    },
    signal: new AbortController().signal,
  });
  const ids = () => set.tasks().map(({ id }) => id);
  return { set, clock, health, stopped, lines, end, next, ids };
}

it('replaces an unhealthy task when its successor is healthy', async () => {
  const { set, clock, health, stopped, ids } = fakeSet();
  await set.rollTo(2, 60);
  health.set('t1', 'unhealthy');
  await clock.advance(2_000);
  expect([ids(), stopped]).toEqual([['t2', 't3'], ['t1']]);
  await set.stop();
  expect(clock.waiting).toBe(0);
});

it('keeps an unhealthy task while no successor becomes healthy, and tries again', async () => {
  const { set, clock, health, stopped, next, ids } = fakeSet();
  await set.rollTo(1, 60);
  next.health = 'initial';
  health.set('t1', 'unhealthy');
  await clock.advance(62_000);
  expect([stopped[0], ids()[0]]).toEqual(['t2', 't1']);
  next.health = 'healthy';
  await clock.advance(62_000);
  expect(stopped).toContain('t1');
  expect(ids()).toHaveLength(1);
});

it('replaces a task that ended while another one became healthy, and those that end later ever more slowly', async () => {
  const { set, clock, end, ids, lines } = fakeSet();
  await set.rollTo(1, 60);
  for (const id of ['t1', 't2', 't3']) {
    end.get(id)?.();
    await clock.advance(4_000);
  }
  expect(ids()).toEqual(['t4']);
  expect(lines.map((line) => line.split(' ').at(-2))).toEqual(['0.5', '1', '2']);
});

it('starts nothing once it is stopped', async () => {
  const { set, clock, end, ids } = fakeSet();
  await set.rollTo(1, 60);
  end.get('t1')?.();
  await clock.advance(100);
  await set.stop();
  await clock.advance(60_000);
  expect(ids()).toEqual([]);
});
