import { expect, it } from 'vitest';
import { createFakePlane } from '../../../local/testing/fake-context.js';
import { plain, recording } from '../../../local/testing/fake-request.js';
import { albLocal } from './index.js';
import { LocalTargetGroup } from './local-target-group.js';
import { matches } from './probe.js';
import { target } from './testing/load-balancer.js';

const healthCheck = { path: '/health', interval: 15, timeout: 5, healthy_threshold: 2, unhealthy_threshold: 3 };

async function group(args: object = {}) {
  const plane = createFakePlane();
  const address = 'aws_lb_target_group.offers';
  const apply = (more: object) =>
    plane.apply(albLocal.aws_lb_target_group, address, { name: 'offers', health_check: [healthCheck], ...more });
  await apply({ deregistration_delay: '30', ...args });
  const running = plane.registry.connect(address, 'targetGroup');
  if (!(running instanceof LocalTargetGroup)) throw new Error('Not ours.');
  return { plane, running, apply };
}

/** A health endpoint whose status can be changed. */
function health(status: number) {
  const state = { status };
  return Object.assign(
    recording(() => plain(state.status, '')),
    { state },
  );
}

const never = new AbortController().signal;

it('checks a new target every 100 ms and calls it healthy after one success', async () => {
  const { plane, running } = await group();
  const probe = health(500);
  running.register(target('a', recording(), probe));
  const healthy = running.healthy('a', never);
  await plane.clock.advance(250);
  expect([probe.got.length, running.health('a')]).toEqual([3, 'initial']);
  expect(probe.got[0]?.target).toBe('/health');
  probe.state.status = 200;
  await plane.clock.advance(50);
  await healthy;
  expect(running.health('a')).toBe('healthy');
});

it('follows the thresholds afterwards', async () => {
  const { plane, running } = await group();
  const probe = health(200);
  running.register(target('a', recording(), probe));
  await plane.clock.advance(0);
  probe.state.status = 500;
  await plane.clock.advance(44_000);
  expect(running.health('a')).toBe('healthy');
  await plane.clock.advance(1_000);
  expect(running.health('a')).toBe('unhealthy');
  probe.state.status = 200;
  await plane.clock.advance(15_000);
  expect(running.health('a')).toBe('unhealthy');
  await plane.clock.advance(15_000);
  expect(running.health('a')).toBe('healthy');
});

it('counts a check without an answer in time as failed', async () => {
  const { plane, running } = await group();
  const hanging = recording(
    ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late')))),
  );
  running.register(target('a', recording(), hanging));
  await plane.clock.advance(5_000);
  expect([hanging.got.length, running.health('a')]).toEqual([2, 'initial']);
});

it('lets healthy targets take turns, and all of them when none is healthy', async () => {
  const { plane, running } = await group();
  const probes = ['a', 'b', 'c'].map((id) => ({ id, probe: health(id === 'c' ? 500 : 200) }));
  for (const { id, probe } of probes) running.register(target(id, recording(), probe));
  const takeThree = () => [1, 2, 3].map(() => running.take()?.target.id);
  expect(takeThree()).toEqual(['a', 'b', 'c']);
  await plane.clock.advance(0);
  expect(takeThree().sort()).toEqual(expect.not.arrayContaining(['c']));
  for (const { probe } of probes) probe.state.status = 500;
  await plane.clock.advance(60_000);
  expect(takeThree().sort()).toEqual(['a', 'b', 'c']);
});

it('gives a draining target up after the deregistration delay', async () => {
  const { plane, running } = await group({ deregistration_delay: '7' });
  running.register(target('a', recording()));
  running.take();
  let gone = false;
  void running.deregister('a').then(() => (gone = true));
  await plane.clock.advance(6_999);
  expect(gone).toBe(false);
  await plane.clock.advance(1);
  expect(gone).toBe(true);
});

it('keeps its targets when its arguments change, and ends its checks when destroyed', async () => {
  const { plane, running, apply } = await group();
  running.register(target('a', recording()));
  await plane.clock.advance(0);
  await apply({ deregistration_delay: '60' });
  expect(plane.registry.connect('aws_lb_target_group.offers', 'targetGroup')).toBe(running);
  expect(running.health('a')).toBe('healthy');
  await plane.destroy(albLocal.aws_lb_target_group, 'aws_lb_target_group.offers');
  expect(plane.clock.waiting).toBe(0);
});

it('does not check Lambda targets', async () => {
  const { running } = await group({ target_type: 'lambda', health_check: undefined });
  running.register(target('a', recording(), health(500)));
  expect(running.health('a')).toBe('healthy');
});

it('knows lists and ranges in a matcher', () => {
  expect([200, 204, 299, 300].map((status) => matches('200-204,299', status))).toEqual([true, true, true, false]);
});
