import assert from 'node:assert/strict';
import { fakeLoadBalancer, fixed } from '../../src/layers/alb/local/testing/load-balancer.js';
import { ask, plain, recording, type FakeRequest } from '../../src/local/testing/fake-request.js';
import { albCase, pages } from './alb-sources.js';

const redirectTo = (to: object) => ({ type: 'redirect', redirect: [{ status_code: 'HTTP_302', ...to }] });

/** `Location` of what a listener on 8080 answers. */
async function location(to: object, request: FakeRequest = {}): Promise<string | undefined> {
  const lb = await fakeLoadBalancer();
  await lb.listener(8080, redirectTo(to));
  return (await ask(lb.plane.listening('alb-8080'), request)).header('location');
}

const asked: FakeRequest = { host: 'api.example.com', target: '/a/b?c=d', tls: false };

/** A forward to groups of one task each, which answers with the group's name. */
async function weighted(weights: Readonly<Record<string, number>>, stickiness?: object) {
  const lb = await fakeLoadBalancer();
  const groups = await Promise.all(
    Object.entries(weights).map(async ([name, weight]) => ({
      arn: await lb.group(name, { [name]: recording(() => plain(200, name)) }),
      weight,
    })),
  );
  const block = { target_group: groups, ...(stickiness && { stickiness: [stickiness] }) };
  await lb.listener(8080, { type: 'forward', forward: [block] });
  const call = (request: FakeRequest = {}) => ask(lb.plane.listening('alb-8080'), request);
  return { lb, call };
}

/** How often each group answered. */
async function counted(calls: number, call: () => Promise<{ readonly body: string }>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let index = 0; index < calls; index += 1) {
    const { body } = await call();
    counts[body] = (counts[body] ?? 0) + 1;
  }
  return counts;
}

const cookiesOf = (headers: readonly (readonly [string, string])[]): string[] =>
  headers.filter(([name]) => name === 'Set-Cookie').map(([, value]) => value);

/** What a client sends back. */
const sentBack = (cookies: readonly string[]): FakeRequest => ({
  headers: [['Cookie', cookies.map((cookie) => cookie.split(';', 1)[0]).join('; ')]],
});

export const actionCases = [
  albCase('answers a fixed response with its status, content type and message', pages.actions, async () => {
    const lb = await fakeLoadBalancer();
    const fixed_response = [{ content_type: 'application/json', message_body: '{"a":1}', status_code: '503' }];
    await lb.listener(8080, { type: 'fixed-response', fixed_response });
    const answer = await ask(lb.plane.listening('alb-8080'));
    assert.deepEqual([answer.status, answer.header('content-type'), answer.body], [503, 'application/json', '{"a":1}']);
  }),
  albCase('answers a fixed response without a message with an empty body', pages.actions, async () => {
    const lb = await fakeLoadBalancer();
    await lb.listener(8080, fixed(204));
    const answer = await ask(lb.plane.listening('alb-8080'));
    assert.deepEqual([answer.status, answer.body], [204, '']);
  }),
  albCase('redirects permanently with 301 and temporarily with 302', pages.actions, async () => {
    for (const status of [301, 302]) {
      const lb = await fakeLoadBalancer();
      await lb.listener(8080, redirectTo({ path: '/x', status_code: `HTTP_${String(status)}` }));
      assert.equal((await ask(lb.plane.listening('alb-8080'))).status, status);
    }
  }),
  albCase('keeps in a redirect every part that is not given', pages.actions, async () => {
    assert.equal(await location({ host: 'www.example.com' }, asked), 'http://www.example.com:4405/a/b?c=d');
  }),
  albCase('redirects to HTTPS on 443 with host, path and query kept', pages.actions, async () => {
    const to = { protocol: 'HTTPS', port: '443', host: '#{host}', path: '/#{path}', query: '#{query}' };
    // 4403 stands for 443 on this machine.
    assert.equal(await location(to, asked), 'https://api.example.com:4403/a/b?c=d');
  }),
  albCase('redirects to another port with everything else kept', pages.actions, async () => {
    const to = { protocol: 'HTTPS', port: '40443' };
    assert.equal(await location(to, asked), 'https://api.example.com:40443/a/b?c=d');
  }),
  albCase('makes a new path from the old one', pages.actions, async () => {
    assert.equal(await location({ path: '/new/#{path}' }, asked), 'http://api.example.com:4405/new/a/b?c=d');
  }),
  albCase('puts protocol, host, port, path and query into a redirect’s query', pages.actions, async () => {
    const to = { host: 'x.example.com', query: 'p=#{protocol}&h=#{host}&n=#{port}&q=#{path}&#{query}' };
    const expected = 'http://x.example.com:4405/a/b?p=http&h=api.example.com&n=8080&q=a/b&c=d';
    assert.equal(await location(to, asked), expected);
  }),
  albCase('takes a placeholder that the client sent for plain text', pages.actions, async () => {
    const to = await location({ host: 'x.example.com' }, { ...asked, target: '/#{host}?#{port}' });
    assert.equal(to, 'http://x.example.com:4405/#{host}?#{port}');
  }),
  albCase('names itself in redirects and fixed responses', pages.errorsUnread, async () => {
    for (const action of [redirectTo({ path: '/x' }), fixed(403)]) {
      const lb = await fakeLoadBalancer();
      await lb.listener(8080, action);
      assert.equal((await ask(lb.plane.listening('alb-8080'))).header('server'), 'awselb/2.0');
    }
  }),
  albCase('shares requests among target groups by their weights', pages.actions, async () => {
    const { call } = await weighted({ blue: 10, green: 20 });
    assert.deepEqual(await counted(30, call), { blue: 10, green: 20 });
  }),
  albCase('sends nothing to a target group of weight 0', pages.actions, async () => {
    const { call } = await weighted({ blue: 0, green: 1 });
    assert.deepEqual(await counted(5, call), { green: 5 });
  }),
  albCase('keeps a session with its target group by AWSALBTG', pages.actions, async () => {
    const { call } = await weighted({ blue: 1, green: 1 }, { enabled: true, duration: 1000 });
    const first = await call();
    const cookies = cookiesOf(first.headers);
    assert.match(cookies[0] ?? '', /^AWSALBTG=/);
    const again = await counted(6, () => call(sentBack(cookies)));
    assert.deepEqual(again, { [first.body]: 6 });
  }),
  albCase('adds AWSALBTGCORS with SameSite=None and Secure, with the same content', pages.actions, async () => {
    const { call } = await weighted({ blue: 1, green: 1 }, { enabled: true, duration: 1000 });
    const [own = '', twin = ''] = cookiesOf((await call()).headers);
    assert.match(twin, /^AWSALBTGCORS=.*; SameSite=None; Secure$/);
    assert.equal(twin.split(/[=;]/)[1], own.split(/[=;]/)[1]);
  }),
  albCase('goes by weight again when the group’s stickiness has run out', pages.actions, async () => {
    const { lb, call } = await weighted({ blue: 1, green: 1 }, { enabled: true, duration: 10 });
    const cookies = cookiesOf((await call()).headers);
    await lb.plane.clock.advance(10_001);
    assert.deepEqual(await counted(4, () => call(sentBack(cookies))), { blue: 2, green: 2 });
  }),
  albCase('sets no AWSALBTG where stickiness is off', pages.actions, async () => {
    const { call } = await weighted({ blue: 1, green: 1 }, { enabled: false, duration: 1000 });
    assert.deepEqual(cookiesOf((await call()).headers), []);
  }),
];
