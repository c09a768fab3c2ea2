import { lookup } from 'node:dns/promises';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namesFile, type NamesFile } from '../../../src/local/contract/names.js';
import { expectEqual, expectTrue, type Row } from '../row.js';
import { type Answer, api, type Shop, statusesWhile, until } from '../shop.js';
import { taskOf } from './data.js';

const name = 'auth-service.shop.local';
const keySet = `http://${name}:3001/auth/.well-known/jwks.json`;

/** Names of Cloud Map: `offers-service` asks `auth-service` by its own. */
export const namesRows: readonly Row[] = [
  {
    name: 'offers-service reaches auth-service by its Cloud Map name, which nobody outside knows',
    check: async (shop) => {
      const answer = await issuer(shop);
      expectEqual([answer.status, keySetOf(answer)], [200, keySet], `GET /offers/issuer (${answer.text})`);
      const outside = await lookup(name).then(
        ({ address }) => address,
        (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'failed',
      );
      expectTrue(/^(ENOTFOUND|EAI_AGAIN)$/.test(outside), `outside, ${name} resolves: ${outside}`);
      return `GET /offers/issuer 200 over ${keySet}; outside: ${outside}`;
    },
  },
  {
    name: 'a killed auth-service leaves its name and comes back under it',
    check: async (shop) => {
      const [before, addresses] = [await taskOf(shop, 'aws_ecs_service.auth_service'), await addressesOf(shop)];
      process.kill(before.pid, 'SIGKILL');
      const started = performance.now();
      const left = await until(async () => !(await addressesOf(shop)).some((address) => addresses.includes(address)));
      expectTrue(left <= 10_000, `the dead instance was still there after ${String(left)} ms`);
      await until(
        async () => (await addressesOf(shop)).length === addresses.length && (await issuer(shop)).status === 200,
      );
      const seconds = (performance.now() - started) / 1000;
      const after = await taskOf(shop, 'aws_ecs_service.auth_service');
      expectTrue(after.pid !== before.pid, 'the task is still the same');
      const answer = await issuer(shop);
      expectEqual([answer.status, keySetOf(answer)], [200, keySet], `GET /offers/issuer (${answer.text})`);
      return `task ${String(before.pid)} → ${String(after.pid)}: gone from ${name} after ${(left / 1000).toFixed(1)} s (TTL 10 s), answered by it again after ${seconds.toFixed(1)} s`;
    },
  },
  {
    name: 'auth-service and offers-service are deployed anew under continuous requests, and none fails',
    check: async (shop) => {
      const before = await taskOf(shop, 'aws_ecs_service.offers_service');
      const paths = ['/offers', '/offers/issuer', '/offers/issuer', '/auth/.well-known/jwks.json'];
      const state = { on: true };
      const clients = paths.map((path, index) => statusesWhile(shop, path, index + 1, () => state.on));
      for (const service of ['auth-service', 'offers-service'])
        await appendFile(
          join(shop.folder, 'services', service, 'src', 'main.ts'),
          `\n// under load ${String(Date.now())}\n`,
        );
      await shop.deploy();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      state.on = false;
      const statuses = (await Promise.all(clients)).flat();
      const others = statuses.filter((status) => status !== 200);
      expectEqual(others, [], `statuses other than 200 of ${String(statuses.length)}`);
      const after = await taskOf(shop, 'aws_ecs_service.offers_service');
      expectTrue(after.pid !== before.pid, 'offers-service was not deployed');
      return `${String(statuses.length)} requests during the deploy, all 200`;
    },
  },
];

const issuer = (shop: Shop): Promise<Answer> => shop.request(`${api(shop)}/offers/issuer`);

const keySetOf = ({ status, json }: Answer): string | undefined =>
  status === 200 ? json<{ readonly keySet: string }>().keySet : undefined;

/** What the plane says the name stands for now. */
async function addressesOf(shop: Shop): Promise<readonly string[]> {
  const { names } = JSON.parse(await readFile(namesFile(shop.folders), 'utf8')) as NamesFile;
  return names[name]?.instances.map(({ address }) => address) ?? [];
}
