import assert from 'node:assert/strict';
import { fakeLoadBalancer, forward, target } from '../../src/layers/alb/local/testing/load-balancer.js';
import type { Handler, HttpResponse } from '../../src/local/contract/http.js';
import { ask, plain, recording, type FakeRequest } from '../../src/local/testing/fake-request.js';
import { albCase, pages } from './alb-sources.js';

const named = (id: string, headers: HttpResponse['headers'] = []): Handler => recording(() => plain(200, id, headers));

/** A group of tasks behind 8080; each answers with its id. */
async function behind(ids: readonly string[], args: object = {}, handler: (id: string) => Handler = named) {
  const lb = await fakeLoadBalancer();
  const arn = await lb.group('offers', Object.fromEntries(ids.map((id) => [id, handler(id)])), args);
  await lb.listener(8080, forward(arn));
  const call = (request: FakeRequest = {}) => ask(lb.plane.listening('alb-8080'), request);
  const bodies = async (count: number, request: FakeRequest = {}) => {
    const got: string[] = [];
    for (let index = 0; index < count; index += 1) got.push((await call(request)).body);
    return got;
  };
  return { lb, group: lb.running('offers'), clock: lb.plane.clock, call, bodies };
}

/** A target with a health endpoint whose status can be changed. */
function probed(id: string, status: number) {
  const state = { status, checks: 0 };
  const health = recording(() => {
    state.checks += 1;
    return plain(state.status, '');
  });
  return { target: target(id, named(id), health), state, health };
}

const check = { path: '/health', interval: 15, timeout: 5, healthy_threshold: 2, unhealthy_threshold: 3 };
const checked = (more: object = {}) => ({ health_check: [{ ...check, ...more }] });

const cookies = (headers: HttpResponse['headers']) =>
  headers.filter(([name]) => name === 'Set-Cookie').map(([, value]) => value);
const back = (lines: readonly string[]): FakeRequest => ({
  headers: [['Cookie', lines.map((line) => line.split(';', 1)[0]).join('; ')]],
});
const lbCookie = { stickiness: [{ type: 'lb_cookie', cookie_duration: 60 }] };
const appCookie = { stickiness: [{ type: 'app_cookie', cookie_name: 'SESSION', cookie_duration: 60 }] };
const count = (bodies: readonly string[], id: string) => bodies.filter((body) => body === id).length;

const healthCases = [
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
  albCase('sends its checks as ELB-HealthChecker/2.0 to the health check’s path', pages.health, async () => {
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

const stickyCases = [
  albCase('binds a session to its target by AWSALB', pages.groupAttributes, async () => {
    const { call, bodies } = await behind(['a', 'b'], lbCookie);
    const first = await call();
    const [own = ''] = cookies(first.headers);
    assert.match(own, /^AWSALB=[^;]+; Expires=.* GMT; Path=\/$/);
    assert.deepEqual(await bodies(3, back([own])), [first.body, first.body, first.body]);
  }),
  albCase('adds AWSALBCORS, which binds as well', pages.groupAttributes, async () => {
    const { call, bodies } = await behind(['a', 'b'], lbCookie);
    const first = await call();
    const [, twin = ''] = cookies(first.headers);
    assert.match(twin, /^AWSALBCORS=.*; SameSite=None; Secure$/);
    assert.deepEqual(await bodies(2, back([twin])), [first.body, first.body]);
  }),
  albCase('writes Expires, not Max-Age, anew with each answer', pages.groupAttributes, async () => {
    const { call, clock } = await behind(['a'], lbCookie);
    const expires = ([line = '']: readonly string[]) => /Expires=([^;]*)/.exec(line)?.[1] ?? '';
    const first = cookies((await call()).headers);
    await clock.advance(30_000);
    const second = cookies((await call(back(first))).headers);
    assert.equal(Date.parse(expires(second)) - Date.parse(expires(first)), 30_000);
    assert.ok(!second.join().includes('Max-Age'));
  }),
  albCase('chooses anew when the cookie cannot be decoded', pages.groupAttributes, async () => {
    const { bodies } = await behind(['a', 'b'], lbCookie);
    assert.deepEqual((await bodies(2, back(['AWSALB=bm9uc2Vuc2U=']))).sort(), ['a', 'b']);
  }),
  albCase('chooses anew when the duration is over', pages.groupAttributes, async () => {
    const { call, bodies, clock } = await behind(['a', 'b'], lbCookie);
    const lines = cookies((await call()).headers);
    await clock.advance(60_001);
    assert.deepEqual((await bodies(2, back(lines))).sort(), ['a', 'b']);
  }),
  albCase('chooses a new target when the session’s was deregistered', pages.groupAttributes, async () => {
    const { call, group } = await behind(['a', 'b'], lbCookie);
    const first = await call();
    await group.deregister(first.body);
    const next = await call(back(cookies(first.headers)));
    assert.notEqual(next.body, first.body);
    assert.equal((await call(back(cookies(next.headers)))).body, next.body);
  }),
  albCase('takes a cookie of another target group for none', pages.groupAttributes, async () => {
    const one = await behind(['a', 'b'], lbCookie);
    const lines = cookies((await one.call()).headers);
    const other = await behind(['a', 'b'], { ...lbCookie, name: 'other' });
    assert.deepEqual((await other.bodies(2, back(lines))).sort(), ['a', 'b']);
  }),
  albCase(
    'adds AWSALBAPP for seven days when the target sets the application’s cookie',
    pages.groupAttributes,
    async () => {
      const { call, clock } = await behind(['a'], appCookie, (id) => named(id, [['Set-Cookie', 'SESSION=1; Path=/']]));
      const [application, own = ''] = cookies((await call()).headers);
      assert.equal(application, 'SESSION=1; Path=/');
      const end = /^AWSALBAPP-0=[^;]+; Expires=([^;]+); Path=\/$/.exec(own)?.[1] ?? '';
      assert.equal(Date.parse(end), clock.now() + 7 * 24 * 3_600_000);
    },
  ),
  albCase('needs the application’s cookie and AWSALBAPP to stay with a target', pages.groupAttributes, async () => {
    const { call, bodies } = await behind(['a', 'b'], appCookie, (id) => named(id, [['Set-Cookie', 'SESSION=1']]));
    const first = await call();
    const both = cookies(first.headers);
    assert.deepEqual(await bodies(3, back(both)), [first.body, first.body, first.body]);
    assert.deepEqual((await bodies(2, back(both.slice(1)))).sort(), ['a', 'b']);
  }),
  albCase('sets no cookie without stickiness, nor when it is switched off', pages.groupAttributes, async () => {
    const off = { stickiness: [{ type: 'lb_cookie', enabled: false }] };
    for (const args of [{}, off]) assert.deepEqual(cookies((await (await behind(['a'], args)).call()).headers), []);
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
