import assert from 'node:assert/strict';
import { target } from '../../src/layers/alb/local/testing/load-balancer.js';
import { plain, recording } from '../../src/local/testing/fake-request.js';
import { behind, checked, named, probed } from './alb-group.js';
import { albCase, pages } from './alb-sources.js';

export const healthCases = [
  albCase('calls a new target healthy after one check', pages.health, async () => {
    const { group, clock } = await behind([], checked());
    group.register(probed('a', 200).target);
    assert.equal(group.health('a'), 'initial');
    await clock.advance(0);
    assert.equal(group.health('a'), 'healthy');
  }),
  albCase('checks each target once an interval', pages.health, async () => {
    const { group, clock } = await behind([], checked());
    const { target: task, state } = probed('a', 200);
    group.register(task);
    await clock.advance(60_000);
    assert.equal(state.checks, 5);
  }),
  albCase('calls a target unhealthy after as many failures in a row as the threshold', pages.health, async () => {
    const { group, clock } = await behind([], checked());
    const { target: task, state } = probed('a', 200);
    group.register(task);
    await clock.advance(0);
    state.status = 500;
    await clock.advance(30_000);
    assert.equal(group.health('a'), 'healthy');
    await clock.advance(15_000);
    assert.equal(group.health('a'), 'unhealthy');
  }),
  albCase('begins counting failures anew after a success', pages.health, async () => {
    const { group, clock } = await behind([], checked());
    const { target: task, state } = probed('a', 200);
    group.register(task);
    await clock.advance(0);
    for (const status of [500, 500, 200, 500, 500]) {
      state.status = status;
      await clock.advance(15_000);
    }
    assert.equal(group.health('a'), 'healthy');
  }),
  albCase('calls it healthy again after as many successes in a row as the threshold', pages.health, async () => {
    const { group, clock } = await behind([], checked());
    const { target: task, state } = probed('a', 200);
    group.register(task);
    await clock.advance(0);
    state.status = 500;
    await clock.advance(45_000);
    state.status = 200;
    await clock.advance(15_000);
    assert.equal(group.health('a'), 'unhealthy');
    await clock.advance(15_000);
    assert.equal(group.health('a'), 'healthy');
  }),
  albCase('takes lists and ranges of codes for success', pages.matcher, async () => {
    const { group, clock } = await behind([], checked({ matcher: '200-204,301' }));
    for (const status of [200, 204, 205, 301]) group.register(probed(String(status), status).target);
    await clock.advance(0);
    const states = ['200', '204', '205', '301'].map((id) => group.health(id));
    assert.deepEqual(states, ['healthy', 'healthy', 'initial', 'healthy']);
  }),
  albCase('takes only 200 for success by default', pages.health, async () => {
    const { group, clock } = await behind([], checked());
    group.register(probed('a', 201).target);
    await clock.advance(0);
    assert.equal(group.health('a'), 'initial');
  }),
  albCase('takes no answer within the timeout for a failure', pages.health, async () => {
    const { group, clock } = await behind([], checked());
    let hangs = false;
    const health = recording(({ signal }) =>
      hangs
        ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late'))))
        : plain(200, ''),
    );
    group.register(target('a', named('a'), health));
    await clock.advance(0);
    hangs = true;
    await clock.advance(49_999);
    assert.equal(group.health('a'), 'healthy');
    await clock.advance(1);
    assert.equal(group.health('a'), 'unhealthy');
  }),
  albCase('sends its checks as ELB-HealthChecker/2.0 to the health check’s path', pages.healthUnread, async () => {
    const { group, clock } = await behind([], checked({ path: '/status?deep=1' }));
    const { target: task, health } = probed('a', 200);
    group.register(task);
    await clock.advance(0);
    const [got] = health.got;
    assert.ok(got);
    assert.equal(got.target, '/status?deep=1');
    assert.ok(got.headers.some(([name, value]) => name === 'User-Agent' && value === 'ELB-HealthChecker/2.0'));
  }),
  albCase('routes to healthy targets alone while there is one', pages.health, async () => {
    const { group, clock, bodies } = await behind([], checked());
    group.register(probed('a', 200).target);
    group.register(probed('b', 500).target);
    await clock.advance(0);
    assert.deepEqual(await bodies(3), ['a', 'a', 'a']);
  }),
  albCase('routes to all targets when none is healthy', pages.health, async () => {
    const { group, clock, bodies } = await behind([], checked());
    const both = [probed('a', 200), probed('b', 200)];
    for (const { target: task } of both) group.register(task);
    await clock.advance(0);
    for (const { state } of both) state.status = 500;
    await clock.advance(60_000);
    assert.deepEqual((await bodies(4)).sort(), ['a', 'a', 'b', 'b']);
  }),
];
