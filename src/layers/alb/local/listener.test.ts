import { once } from 'node:events';
import { type Duplex, PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../local/contract/http.js';
import { header } from '../../../local/http/headers.js';
import { ask, fakeRequest, plain, recording } from '../../../local/testing/fake-request.js';
import { albLocal } from './index.js';
import { fakeLoadBalancer, fixed, forward } from './testing/load-balancer.js';

const byPath = (...values: string[]) => [{ path_pattern: [{ values }] }];
const byHeader = (value: string) => [{ http_header: [{ http_header_name: 'X-Origin-Verify', values: [value] }] }];
const failing = (reason: UpstreamError['reason']) => recording(() => Promise.reject(new UpstreamError(reason, reason)));

describe('a listener', () => {
  it('goes by priority, whatever the order of the rules', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 50_000 }), { minLength: 1 }), async (priorities) => {
        const lb = await fakeLoadBalancer();
        const arn = await lb.listener(8080, fixed(404));
        for (const priority of priorities)
          await lb.rule(`r${String(priority)}`, arn, priority, byPath('*'), fixed(200, String(priority)));
        const { body } = await ask(lb.plane.listening('alb-8080'));
        expect(body).toBe(String(Math.min(...priorities)));
      }),
      { numRuns: 20 },
    );
  });

  it('answers its default action when no rule matches, and names itself', async () => {
    const lb = await fakeLoadBalancer();
    await lb.listener(8080, fixed(404, 'Not Found'));
    const request = fakeRequest();
    const answer = await ask(lb.plane.listening('alb-8080'), request);
    expect(answer).toMatchObject({ status: 404, body: 'Not Found' });
    expect(answer.header('server')).toBe('awselb/2.0');
    expect(request.trace.record().hops).toMatchObject([
      { address: 'aws_lb_listener.p8080', name: 'ALB 8080', outcome: 404, notes: { rule: 'default action' } },
    ]);
  });

  it('lets only requests with the right X-Origin-Verify pass', async () => {
    const lb = await fakeLoadBalancer();
    const arn = await lb.listener(443, fixed(403, 'Forbidden'));
    const kong = recording();
    await lb.rule('origin_verify', arn, 1, byHeader('s3cret'), forward(await lb.group('kong', { kong })));
    const https = lb.plane.registry.reach(lb.dnsName, 443);
    expect((await ask(https)).status).toBe(403);
    expect((await ask(https, { headers: [['X-Origin-Verify', 'wrong']] })).status).toBe(403);
    expect(kong.got).toEqual([]);
    expect((await ask(https, { headers: [['x-origin-verify', 's3cret']] })).status).toBe(200);
  });

  it('needs every condition of a rule and any value of a condition', async () => {
    const lb = await fakeLoadBalancer();
    const arn = await lb.listener(8443, fixed(404));
    const conditions = [{ host_header: [{ values: ['a.internal', 'b.internal'] }] }, ...byPath('/x')];
    await lb.rule('both', arn, 5, conditions, fixed(200));
    const status = async (host: string, target: string) =>
      (await ask(lb.plane.listening('alb-8443'), { host, target })).status;
    expect(await status('b.internal:8443', '/x')).toBe(200);
    expect(await status('b.internal', '/y')).toBe(404);
    expect(await status('c.internal', '/x')).toBe(404);
  });

  it('sees rules come and go, and none of another listener', async () => {
    const lb = await fakeLoadBalancer();
    const arn = await lb.listener(8080, fixed(404));
    const other = await lb.listener(80, fixed(404));
    const status = async () => (await ask(lb.plane.listening('alb-8080'))).status;
    await lb.rule('other', other, 1, byPath('*'), fixed(201));
    expect(await status()).toBe(404);
    await lb.rule('mine', arn, 1, byPath('*'), fixed(200));
    expect(await status()).toBe(200);
    await lb.plane.destroy(albLocal.aws_lb_listener_rule, 'aws_lb_listener_rule.mine');
    expect(await status()).toBe(404);
  });

  it('redirects to the local port that stands for 443, keeping host, path and query', async () => {
    const lb = await fakeLoadBalancer();
    const redirect = [{ protocol: 'HTTPS', port: '443', status_code: 'HTTP_301' }];
    await lb.listener(80, { type: 'redirect', redirect });
    const answer = await ask(lb.plane.listening('alb-80'), {
      host: 'api.shop.localhost:4402',
      target: '/offers?q=%23{path}&r=#{host}',
    });
    expect(answer.status).toBe(301);
    expect(answer.header('location')).toBe('https://api.shop.localhost:4403/offers?q=%23{path}&r=#{host}');
  });
});

describe('a forward', () => {
  const forwarding = async (
    handlers: Parameters<Awaited<ReturnType<typeof fakeLoadBalancer>>['group']>[1],
    args = {},
  ) => {
    const lb = await fakeLoadBalancer(args);
    await lb.listener(443, forward(await lb.group('offers', handlers)));
    return lb;
  };

  it('tells the target of the client and of the listener', async () => {
    const offers = recording();
    const lb = await forwarding({ offers }, { drop_invalid_header_fields: true });
    const headers = [
      ['X-Forwarded-For', '203.0.113.9'],
      ['x-forwarded-proto', 'http'],
      ['X_Origin_Verify', 'x'],
    ] as const;
    await ask(lb.plane.listening('alb-443'), { headers });
    const [got] = offers.got;
    expect(got).toMatchObject({ httpVersion: '1.1', tls: undefined, peer: { address: '127.0.0.1' } });
    expect(got?.headers.slice(0, -1)).toEqual([
      ['Host', 'api.shop.localhost'],
      ['X-Forwarded-For', '203.0.113.9, 198.51.100.7'],
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Port', '443'],
    ]);
    expect(got?.headers.at(-1)?.join('=')).toMatch(/^X-Amzn-Trace-Id=Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  });

  it('keeps an earlier trace id’s root', async () => {
    const offers = recording();
    const lb = await forwarding({ offers });
    await ask(lb.plane.listening('alb-443'), { headers: [['X-Amzn-Trace-Id', 'Self=old;Root=1-a-b;app=x']] });
    expect(header(offers.got[0]?.headers ?? [], 'x-amzn-trace-id')).toMatch(/^Self=1-[0-9a-f-]+;Root=1-a-b;app=x$/);
  });

  it('answers 503 without targets, 502 when refused or reset, 504 when late, as the load balancer itself', async () => {
    const cases = [
      [{}, 503],
      [{ a: failing('refused') }, 502],
      [{ a: failing('reset') }, 502],
      [{ a: failing('timeout') }, 504],
    ] as const;
    for (const [handlers, status] of cases) {
      const answer = await ask((await forwarding(handlers)).plane.listening('alb-443'));
      expect(answer.status).toBe(status);
      expect(answer.header('server')).toBe('awselb/2.0');
      expect(answer.header('content-length')).toBe(String(Buffer.byteLength(answer.body)));
    }
  });

  it('passes a target’s own 503 on as it is', async () => {
    const lb = await forwarding({ a: recording(() => plain(503, 'mine', [['Server', 'nest']])) });
    const answer = await ask(lb.plane.listening('alb-443'));
    expect(answer).toMatchObject({ status: 503, body: 'mine' });
    expect(answer.header('server')).toBe('nest');
  });

  it('answers 504 when the target is silent for the idle timeout, and lets go of it', async () => {
    const silent = recording(() => new Promise(() => undefined));
    const lb = await forwarding({ silent }, { idle_timeout: 10 });
    const answer = ask(lb.plane.listening('alb-443'));
    await lb.plane.clock.advance(9_999);
    expect(silent.got[0]?.signal.aborted).toBe(false);
    await lb.plane.clock.advance(1);
    expect((await answer).status).toBe(504);
    expect(silent.got[0]?.signal.aborted).toBe(true);
  });

  it('does not count the time in which a body is still on its way', async () => {
    const silent = recording(() => new Promise(() => undefined));
    const lb = await forwarding({ silent }, { idle_timeout: 10 });
    const body = new PassThrough();
    const answer = ask(lb.plane.listening('alb-443'), { method: 'POST', body });
    await lb.plane.clock.advance(15_000);
    await once(body.resume().end(), 'end');
    await lb.plane.clock.advance(10_000);
    expect((await answer).status).toBe(504);
  });

  it('notes 460 when the client leaves', async () => {
    const client = new AbortController();
    const waiting = recording(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    const lb = await forwarding({ waiting });
    const request = fakeRequest({ signal: client.signal });
    const answer = ask(lb.plane.listening('alb-443'), request);
    client.abort(new UpstreamError('aborted', 'left'));
    await answer;
    expect(request.trace.record().hops[0]).toMatchObject({ outcome: 460 });
  });

  it('traces the rule, the target group and the task', async () => {
    const lb = await forwarding({ 'offers-1': recording() });
    const request = fakeRequest();
    await ask(lb.plane.listening('alb-443'), request);
    expect(request.trace.record().hops.map(({ layer, address, notes }) => ({ layer, address, notes }))).toEqual([
      {
        layer: 'alb',
        address: 'aws_lb_listener.p443',
        notes: { rule: 'default action', action: 'forward', 'target group': 'offers' },
      },
      { layer: 'ecs', address: 'aws_ecs_service.offers', notes: { task: 'offers-1' } },
    ]);
  });

  it('holds a draining target until its streamed answer has ended', async () => {
    const body = new PassThrough();
    const lb = await forwarding({ a: recording(() => ({ status: 200, headers: [], body })) });
    const response = await lb.plane.listening('alb-443').request(fakeRequest());
    const group = lb.plane.registry.connect('aws_lb_target_group.offers', 'targetGroup');
    let gone = false;
    const left = group.deregister('a').then(() => (gone = true));
    await lb.plane.clock.advance(1000);
    expect([gone, group.health('a')]).toEqual([false, 'draining']);
    expect((await ask(lb.plane.listening('alb-443'))).status).toBe(503);
    body.end('done');
    if (response.body instanceof Readable) response.body.resume();
    await left;
    expect(group.health('a')).toBeUndefined();
  });

  it('tunnels upgrades, and answers 502 when the target cannot be reached', async () => {
    const upgraded: string[] = [];
    const good = {
      ...recording(),
      upgrade: (_: unknown, socket: Duplex) => Promise.resolve(void upgraded.push(socket.constructor.name)),
    };
    const socket = () => new PassThrough();
    await (await forwarding({ good })).plane.listening('alb-443').upgrade(fakeRequest(), socket(), Buffer.alloc(0));
    expect(upgraded).toEqual(['PassThrough']);
    const bad = { ...recording(), upgrade: () => Promise.reject(new UpstreamError('refused', 'no')) };
    const refused = socket();
    await (await forwarding({ bad })).plane.listening('alb-443').upgrade(fakeRequest(), refused, Buffer.alloc(0));
    expect(String(refused.read())).toContain('HTTP/1.1 502 Bad Gateway');
  });
});
