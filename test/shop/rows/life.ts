import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { landfall } from '../landfall.js';
import { expectEqual, expectTrue, type Row } from '../row.js';
import { api, readPlaneFile, type Answer, type Shop } from '../shop.js';
import { statusOf, taskOf } from './data.js';
import { withDatabase } from './sign-in.js';

/** Deploying again, changing one service, stopping. The last row stops the plane. */
export const lifeRows: readonly Row[] = [
  {
    name: 'a second deploy without a change does nothing and says so',
    check: async (shop) => {
      const before = await readPlaneFile(shop.folders.state);
      const started = performance.now();
      const { code, stdout } = await landfall(shop.folder, ['infra:deploy', '--env', 'dev', '--local']);
      const seconds = (performance.now() - started) / 1000;
      expectEqual([code, stdout.split('\n')[0]?.startsWith('No changes')], [0, true], stdout);
      expectEqual(await readPlaneFile(shop.folders.state), before, 'state.json');
      return `“${stdout.split('\n')[0] ?? ''}”, ${seconds.toFixed(2)} s with Node's own start`;
    },
  },
  {
    name: 'a changed service restarts alone',
    check: async (shop) => {
      const [auth, offers] = [
        await taskOf(shop, 'aws_ecs_service.auth_service'),
        await taskOf(shop, 'aws_ecs_service.offers_service'),
      ];
      await appendFile(
        join(shop.folder, 'services', 'offers-service', 'src', 'main.ts'),
        `\n// changed ${String(Date.now())}\n`,
      );
      await shop.deploy();
      const [authNow, offersNow] = [
        await taskOf(shop, 'aws_ecs_service.auth_service'),
        await taskOf(shop, 'aws_ecs_service.offers_service'),
      ];
      expectEqual(authNow.pid, auth.pid, 'process of auth-service');
      expectTrue(offersNow.pid !== offers.pid, 'offers-service was not restarted');
      const answer = await shop.request(`${api(shop)}/offers`);
      expectEqual(answer.status, 200, 'GET /offers afterwards');
      return `offers-service ${String(offers.pid)} → ${String(offersNow.pid)}, auth-service still ${String(auth.pid)}`;
    },
  },
  {
    name: 'SIGTERM drains the services, stops PostgreSQL cleanly and leaves no process',
    check: async (shop) => {
      const { pid, services } = await statusOf(shop);
      const postmaster = Number((await readFile(await postmasterFile(shop.folders.data), 'utf8')).split('\n')[0]);
      const pids = [
        pid,
        postmaster,
        ...services.flatMap(({ tasks }) => tasks.flatMap((task) => (task.pid === undefined ? [] : [task.pid]))),
      ];
      const { status } = await requestWhile(shop, async () => {
        process.kill(pid, 'SIGTERM');
        await new Promise((resolve) => setTimeout(resolve, 500));
      });
      expectEqual(status, 200, 'the request in flight');
      const started = performance.now();
      while (pids.some(isRunning) && performance.now() - started < 40_000)
        await new Promise((resolve) => setTimeout(resolve, 50));
      const seconds = (performance.now() - started) / 1000;
      expectEqual(pids.filter(isRunning), [], `processes that remain of ${pids.join(', ')}`);
      const log = await readPlaneFile(join(shop.folders.logs, 'postgres.log'));
      expectTrue(log.trimEnd().endsWith('database system is shut down'), `PostgreSQL's last words: ${log.slice(-200)}`);
      return `${String(pids.length)} processes gone after ${seconds.toFixed(1)} s; the request in flight got 200; “database system is shut down”`;
    },
  },
  {
    name: 'a stopped plane starts again with its data',
    check: async (shop) => {
      const started = performance.now();
      await shop.deploy();
      const seconds = (performance.now() - started) / 1000;
      const answer = await shop.request(`${api(shop)}/offers`);
      expectEqual([answer.status, answer.json<readonly unknown[]>().length > 0], [200, true], 'GET /offers');
      return `warm deploy ${seconds.toFixed(1)} s, the offers are there`;
    },
  },
];

/** A request that the database holds up (its table is locked) until `work` is done. */
async function requestWhile(shop: Shop, work: () => Promise<void>): Promise<Answer> {
  return withDatabase(shop, 'offers-service', async (client) => {
    await client.query('BEGIN');
    await client.query('LOCK TABLE offers IN ACCESS EXCLUSIVE MODE');
    const answer = shop.request(`${api(shop)}/offers`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await work();
    await client.query('COMMIT');
    return answer;
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function postmasterFile(data: string): Promise<string> {
  const entries = await readdir(data, { recursive: true });
  const found = entries.find((entry) => entry.endsWith('postmaster.pid'));
  if (found === undefined) throw new Error('PostgreSQL has no postmaster.pid.');
  return join(data, found);
}
