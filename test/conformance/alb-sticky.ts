import assert from 'node:assert/strict';
import type { HttpResponse } from '../../src/local/contract/http.js';
import type { FakeRequest } from '../../src/local/testing/fake-request.js';
import { behind, named } from './alb-group.js';
import { albCase, pages } from './alb-sources.js';

const cookies = (headers: HttpResponse['headers']) =>
  headers.filter(([name]) => name === 'Set-Cookie').map(([, value]) => value);
const back = (lines: readonly string[]): FakeRequest => ({
  headers: [['Cookie', lines.map((line) => line.split(';', 1)[0]).join('; ')]],
});
const lbCookie = { stickiness: [{ type: 'lb_cookie', cookie_duration: 60 }] };
const appCookie = { stickiness: [{ type: 'app_cookie', cookie_name: 'SESSION', cookie_duration: 60 }] };

export const stickyCases = [
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
