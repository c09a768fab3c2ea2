import assert from 'node:assert/strict';
import { target } from '../../src/layers/alb/local/testing/load-balancer.js';
import { plain, recording } from '../../src/local/testing/fake-request.js';
import { behind, checked, named } from './alb-group.js';
import { healthCases } from './alb-health.js';
import { albCase, pages } from './alb-sources.js';
import { stickyCases } from './alb-sticky.js';

const count = (bodies: readonly string[], id: string) => bodies.filter((body) => body === id).length;

const algorithmCases = [
  albCase('lets targets take turns by default', pages.groupAttributes, async () => {
    const { bodies } = await behind(['a', 'b', 'c']);
    assert.deepEqual(await bodies(6), ['a', 'b', 'c', 'a', 'b', 'c']);
  }),
  albCase('sends to the target with the least outstanding requests', pages.groupAttributes, async () => {
    const waiting: (() => void)[] = [];
    const slow = recording(() => new Promise((resolve) => waiting.push(() => resolve(plain(200, 'slow')))));
    const args = { load_balancing_algorithm_type: 'least_outstanding_requests' };
    const { call, bodies } = await behind(['slow', 'quick'], args, (id) => (id === 'slow' ? slow : named(id)));
    const held = call();
    assert.deepEqual(await bodies(3), ['quick', 'quick', 'quick']);
    for (const release of waiting) release();
    assert.equal((await held).body, 'slow');
  }),
  albCase('gives a newly healthy target a share that grows over the slow start', pages.groupAttributes, async () => {
    const { group, clock, bodies } = await behind(['old'], { ...checked(), slow_start: 100 });
    group.register(target('new', named('new')));
    await clock.advance(25_000);
    const early = count(await bodies(100), 'new');
    await clock.advance(50_000);
    const later = count(await bodies(100), 'new');
    await clock.advance(50_000);
    const full = count(await bodies(100), 'new');
    // A quarter beside one: a fifth; three quarters: three sevenths; at the end: half.
    assert.ok(early >= 19 && early <= 21 && later >= 42 && later <= 44 && full === 50, String([early, later, full]));
  }),
  albCase('has no slow start for the first targets of an empty group', pages.groupAttributes, async () => {
    const { bodies } = await behind(['a', 'b'], { ...checked(), slow_start: 100 });
    assert.deepEqual(await bodies(4), ['a', 'b', 'a', 'b']);
  }),
];

const drainCases = [
  albCase('sends nothing more to a target that is deregistering', pages.groupAttributes, async () => {
    const waiting: (() => void)[] = [];
    const hold = recording(() => new Promise((resolve) => waiting.push(() => resolve(plain(200, 'a')))));
    const { call, bodies, group } = await behind(['a', 'b'], {}, (id) => (id === 'a' ? hold : named(id)));
    const held = call();
    const gone = group.deregister('a');
    assert.equal(group.health('a'), 'draining');
    assert.deepEqual(await bodies(3), ['b', 'b', 'b']);
    for (const release of waiting) release();
    await gone;
    assert.equal((await held).status, 200);
  }),
  albCase('completes a deregistration at once when nothing is in flight', pages.groupAttributes, async () => {
    const { group } = await behind(['a']);
    await group.deregister('a');
    assert.equal(group.health('a'), undefined);
  }),
  albCase('waits for requests in flight no longer than the deregistration delay', pages.groupAttributes, async () => {
    const { call, group, clock } = await behind(['a'], {}, () => recording(() => new Promise(() => undefined)));
    const held = call();
    let gone = false;
    void group.deregister('a').then(() => (gone = true));
    await clock.advance(29_999);
    assert.equal(gone, false);
    await clock.advance(1);
    assert.equal(gone, true);
    assert.equal((await held).status, 502);
  }),
  albCase('answers 502 for a request whose target’s deregistration delay is over', pages.errors, async () => {
    const args = { deregistration_delay: '5' };
    const { call, group, clock } = await behind(['a'], args, () => recording(() => new Promise(() => undefined)));
    const held = call();
    void group.deregister('a');
    await clock.advance(5_000);
    const answer = await held;
    assert.deepEqual([answer.status, answer.header('server')], [502, 'awselb/2.0']);
  }),
];

export const targetCases = [...healthCases, ...algorithmCases, ...stickyCases, ...drainCases];
