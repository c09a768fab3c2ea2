import { describe, expect, it } from 'vitest';
import { fakeTasks, idsOf, runningService, whileTimePasses } from './testing/fake-tasks.js';

describe('a deployment', () => {
  it('has the new tasks healthy before old ones go', async () => {
    const fake = fakeTasks();
    const service = await runningService(fake, 2);
    await whileTimePasses(fake, service.deploy(fake.set({ prefix: 'b' }), fake.rolling(2)));
    expect([idsOf(service), fake.stopped.toSorted(), fake.seen]).toEqual([
      ['b3', 'b4'],
      ['a1', 'a2'],
      { most: 4, fewestHealthy: 1 },
    ]);
  });

  it.each([
    [4, 50, 100, 4, 2],
    [4, 100, 125, 5, 4],
    [3, 50, 150, 4, 2],
    [1, 0, 100, 1, 0],
  ])(
    'of %d tasks with %d to %d %% runs at most %d and keeps at least %d healthy',
    async (count, low, high, most, least) => {
      const fake = fakeTasks();
      const options = { minimumHealthyPercent: low, maximumPercent: high };
      const service = await runningService(fake, count, options);
      Object.assign(fake.seen, { most: 0, fewestHealthy: count });
      await whileTimePasses(fake, service.deploy(fake.set({ prefix: 'b' }), fake.rolling(count, options)));
      expect(idsOf(service)).toHaveLength(count);
      expect(idsOf(service).every((id) => id.startsWith('b'))).toBe(true);
      expect([fake.seen.most <= most, fake.seen.fewestHealthy >= least]).toEqual([true, true]);
    },
  );

  it('says so when its percentages let nothing move', async () => {
    const fake = fakeTasks();
    const service = await runningService(fake, 1);
    const stuck = service.deploy(fake.set({ prefix: 'b' }), fake.rolling(1, { maximumPercent: 150 }));
    await expect(whileTimePasses(fake, stuck)).rejects.toMatchObject({ code: 'DEPLOYMENT_STUCK' });
    expect(idsOf(service)).toEqual(['a1']);
  });

  it('gives up after three failed tasks, says why, and keeps the old ones', async () => {
    const fake = fakeTasks();
    const service = await runningService(fake, 1);
    fake.next.fate = 'crashes';
    const failed = service.deploy(fake.set({ prefix: 'b' }), fake.rolling(1));
    await expect(whileTimePasses(fake, failed)).rejects.toMatchObject({
      code: 'SERVICE_CRASHED',
      message: expect.stringMatching(/3 tasks of offers failed.*exit code 3[^]*b4 says no/) as string,
    });
    expect([idsOf(service), fake.started()]).toEqual([['a1'], 4]);
  });

  it('succeeds when an early task failed and a later one becomes healthy', async () => {
    const fake = fakeTasks();
    const service = await runningService(fake, 1);
    fake.next.fate = 'crashes';
    const deployed = service.deploy(fake.set({ prefix: 'b' }), fake.rolling(1));
    await fake.clock.advance(600);
    fake.next.fate = 'healthy';
    await whileTimePasses(fake, deployed);
    expect(idsOf(service).map((id) => id[0])).toEqual(['b']);
  });

  it('fails when a task is not healthy within a minute', async () => {
    const fake = fakeTasks();
    const service = await runningService(fake, 1);
    fake.next.fate = 'initial';
    const failed = service.deploy(fake.set({ prefix: 'b' }), fake.rolling(1));
    await expect(whileTimePasses(fake, failed)).rejects.toMatchObject({ code: 'SERVICE_UNHEALTHY' });
    expect(idsOf(service)).toEqual(['a1']);
  });

  it('brings the old tasks back that it had stopped already', async () => {
    const fake = fakeTasks();
    const options = { minimumHealthyPercent: 50, maximumPercent: 100 };
    const service = await runningService(fake, 2, options);
    fake.next.fate = 'crashes';
    const failed = service.deploy(fake.set({ prefix: 'b' }), fake.rolling(2, options));
    failed.catch(() => (fake.next.fate = 'healthy'));
    await expect(whileTimePasses(fake, failed)).rejects.toMatchObject({ code: 'SERVICE_CRASHED' });
    fake.next.fate = 'healthy';
    await fake.clock.advance(60_000);
    expect(idsOf(service).map((id) => id[0])).toEqual(['a', 'a']);
  });

  it('stops at once when it is interrupted, and keeps the old tasks', async () => {
    const fake = fakeTasks();
    const service = await runningService(fake, 1);
    fake.next.fate = 'initial';
    const abort = new AbortController();
    const interrupted = service.deploy(fake.set({ prefix: 'b' }), fake.rolling(1, { signal: abort.signal }));
    interrupted.catch(() => undefined);
    await fake.clock.advance(1000);
    abort.abort();
    await expect(whileTimePasses(fake, interrupted)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(idsOf(service)).toEqual(['a1']);
  });

  it('takes a count that changed meanwhile at its end', async () => {
    const fake = fakeTasks();
    const service = await runningService(fake, 1);
    const deployed = service.deploy(fake.set({ prefix: 'b' }), fake.rolling(1));
    service.scaleTo(3);
    await whileTimePasses(fake, deployed);
    await fake.clock.advance(1000);
    expect([service.desiredCount, idsOf(service)]).toEqual([3, ['b2', 'b3', 'b4']]);
  });

  it('to no task at all stops the old ones', async () => {
    const fake = fakeTasks();
    const service = await runningService(fake, 2);
    await whileTimePasses(fake, service.deploy(fake.set({ prefix: 'b' }), fake.rolling(0)));
    expect(idsOf(service)).toEqual([]);
  });
});
