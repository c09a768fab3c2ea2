import { expectEqual, expectTrue, type Row } from '../row.js';
import { api, until, viewer, type Shop } from '../shop.js';
import { statusOf, taskOf } from './data.js';

const connections = 50;
const requests = 1000;

/** What users do not see of a service that dies, and of many requests at once. */
export const loadRows: readonly Row[] = [
  {
    name: '1,000 requests at 50 connections end without an error',
    check: async (shop) => {
      const started = performance.now();
      const statuses = await Promise.all(
        Array.from({ length: connections }, (_, index) => statusesOf(shop, `127.2.0.${String(index + 1)}`)),
      );
      const seconds = (performance.now() - started) / 1000;
      const all = statuses.flat();
      expectEqual([all.length, all.filter((status) => status !== 200)], [requests, []], 'statuses other than 200');
      return `${String(requests)} × 200 in ${seconds.toFixed(1)} s, ${(requests / seconds).toFixed(0)} a second`;
    },
  },
  {
    name: 'while a killed service has no task the load balancer says so itself, and then a new one answers',
    check: async (shop) => {
      const address = 'aws_ecs_service.offers_service';
      const before = await taskOf(shop, address);
      process.kill(before.pid, 'SIGKILL');
      const started = performance.now();
      const seen: string[] = [];
      await until(async () => {
        const answer = await fromBalancer(shop);
        const outcome = `${String(answer.status)} ${String(answer.headers['server'] ?? '')}`.trim();
        if (seen.at(-1) !== outcome) seen.push(outcome);
        return answer.status === 200;
      });
      const seconds = (performance.now() - started) / 1000;
      const errors = seen.slice(0, -1);
      expectTrue(
        errors.length > 0 && errors.every((outcome) => /^50[23] awselb\/2\.0$/.test(outcome)),
        `answers ${seen.join(', ')}`,
      );
      const after = await taskOf(shop, address);
      expectTrue(after.pid !== before.pid, 'the task is still the same');
      await until(async () => (await healthOf(shop, address)) === 'healthy');
      return `${errors.join(', ')} → 200 from task ${String(after.pid)} after ${seconds.toFixed(1)} s`;
    },
  },
];

async function statusesOf(shop: Shop, address: string): Promise<readonly number[]> {
  const dispatcher = viewer(shop, address);
  const statuses: number[] = [];
  for (let count = 0; count < requests / connections; count += 1)
    statuses.push((await shop.request(`${api(shop)}/offers`, { dispatcher })).status);
  await dispatcher.close();
  return statuses;
}

const fromBalancer = (shop: Shop) =>
  shop.request(`${shop.description.alb.internalHttps}/offers`, { headers: { host: 'offers-service.internal' } });

async function healthOf(shop: Shop, address: string): Promise<string | undefined> {
  const { services } = await statusOf(shop);
  return services.find((service) => service.address === address)?.tasks[0]?.health;
}
