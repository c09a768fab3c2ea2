import { expect, it } from 'vitest';
import type { Statistic } from '../../../local/contract/metrics.js';
import { UpstreamError } from '../../../local/contract/http.js';
import { ask, plain, recording } from '../../../local/testing/fake-request.js';
import { ownError } from './own-answers.js';
import { fakeLoadBalancer, fixed, forward } from './testing/load-balancer.js';

const loadBalancer = { LoadBalancer: 'app/shop-dev-alb/local' };
const offers = { ...loadBalancer, TargetGroup: 'targetgroup/offers/local' };

async function balancer() {
  const lb = await fakeLoadBalancer();
  let status = 200;
  const task = recording(() => plain(status, ''));
  const arn = await lb.listener(8443, fixed(404));
  const group = await lb.group('offers', { a: task, b: task });
  await lb.rule('offers', arn, 1, [{ path_pattern: [{ values: ['/offers'] }] }], forward(group));
  const start = lb.plane.clock.now();
  return {
    lb,
    answerWith: (wanted: number) => (status = wanted),
    get: (target: string) => ask(lb.plane.listening('alb-8443'), { target }),
    read: (name: string, dimensions: Readonly<Record<string, string>>, statistic: Statistic = 'Sum') =>
      lb.plane.metrics
        .series({
          namespace: 'AWS/ApplicationELB',
          name,
          dimensions,
          statistic,
          periodSeconds: 60,
          from: start,
          until: lb.plane.clock.now() + 60_000,
        })
        .map(({ value }) => value),
  };
}

it('counts requests that a target got, of the load balancer and of the group', async () => {
  const { lb, get, read, answerWith } = await balancer();
  await get('/offers');
  answerWith(503);
  await get('/offers');
  await get('/elsewhere');
  await lb.plane.clock.advance(60_000);
  expect(read('RequestCount', loadBalancer)).toEqual([2]);
  expect(read('RequestCount', offers)).toEqual([2]);
  expect(read('RequestCountPerTarget', offers)).toEqual([1]);
  expect(read('HTTPCode_Target_2XX_Count', offers)).toEqual([1]);
  expect(read('HTTPCode_Target_5XX_Count', offers)).toEqual([1]);
  expect(read('HTTPCode_ELB_4XX_Count', loadBalancer)).toEqual([1]);
  expect(read('HTTPCode_ELB_5XX_Count', loadBalancer)).toEqual([]);
  expect(read('TargetResponseTime', offers, 'SampleCount')).toEqual([2]);
  expect(read('HealthyHostCount', offers, 'Average')).toEqual([2]);
});

it('has no datapoint of requests where there were none, and none of hosts without targets', async () => {
  const { lb, read } = await balancer();
  await lb.plane.clock.advance(60_000);
  expect(read('RequestCount', offers)).toEqual([]);
  expect(read('HealthyHostCount', offers)).toEqual([2]);
  await Promise.all(['a', 'b'].map((id) => lb.running('offers').deregister(id)));
  await lb.plane.clock.advance(60_000);
  expect(read('HealthyHostCount', offers)).toEqual([2]);
});

it('tells its own errors from those that a target passes on, and counts no request that found no target', async () => {
  const { lb, get, read } = await balancer();
  await Promise.all(['a', 'b'].map((id) => lb.running('offers').deregister(id)));
  expect((await get('/offers')).status).toBe(503);
  await lb.plane.clock.advance(60_000);
  expect(read('HTTPCode_ELB_503_Count', loadBalancer)).toEqual([1]);
  expect(read('RequestCount', offers)).toEqual([]);

  // The gateway passes on what the load balancer answered it.
  const gateway = recording(() => ownError(503));
  lb.running('offers').register({
    id: 'c',
    address: 'aws_ecs_service.offers',
    handler: gateway,
    healthHandler: recording(),
  });
  await lb.plane.clock.advance(0);
  await get('/offers');
  await lb.plane.clock.advance(60_000);
  expect(read('HTTPCode_Target_5XX_Count', offers)).toEqual([1]);
  expect(read('HTTPCode_ELB_5XX_Count', loadBalancer)).toEqual([1]);
});

it('counts a request whose target failed', async () => {
  const lb = await fakeLoadBalancer();
  const failing = recording(() => Promise.reject(new UpstreamError('refused', 'refused')));
  const group = await lb.group('offers', { a: failing });
  await lb.listener(8443, forward(group));
  await ask(lb.plane.listening('alb-8443'));
  await lb.plane.clock.advance(60_000);
  const from = lb.plane.clock.now() - 60_000;
  const sum = (name: string, dimensions: Readonly<Record<string, string>>) =>
    lb.plane.metrics
      .series({
        namespace: 'AWS/ApplicationELB',
        name,
        dimensions,
        statistic: 'Sum',
        periodSeconds: 60,
        from,
        until: from + 60_000,
      })
      .map(({ value }) => value);
  expect(sum('RequestCount', offers)).toEqual([1]);
  expect(sum('HTTPCode_ELB_502_Count', loadBalancer)).toEqual([1]);
  expect(sum('HTTPCode_Target_5XX_Count', offers)).toEqual([]);
});
