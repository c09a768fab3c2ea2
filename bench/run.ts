/** `npm run bench`: times of a deploy, and what all hops together add to a call of the service itself, side by side in one run. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'undici';
import { landfall } from '../test/shop/landfall.js';
import { taskOf } from '../test/shop/rows/data.js';
import { copyShop, deployShop, seed, type Shop } from '../test/shop/shop.js';

const portBase = 4680;
const requests = 4000;
const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-'));
const shopFolder = join(folder, 'shop');
const results: Record<string, string> = {};

const seconds = async <T>(label: string, work: () => Promise<T>): Promise<T> => {
  const started = performance.now();
  const value = await work();
  results[label] = `${((performance.now() - started) / 1000).toFixed(2)} s`;
  process.stdout.write(`${label}: ${results[label]}\n`);
  return value;
};

try {
  await copyShop(shopFolder);
  const shop = await seconds('first deploy, builds included', () => deployShop(shopFolder, portBase));
  await seed(shop, 'offers-service');
  await seconds('deploy without a change', () => shop.deploy());
  await landfall(shopFolder, ['infra:destroy', '--env', 'dev', '--local', '--keep-data']);
  await seconds('warm deploy (plane stopped, nothing to build)', () => shop.deploy());
  await hops(shop);
  results['machine'] = `${String(cpus().length)} × ${cpus()[0]?.model ?? ''}, Node ${process.versions.node}`;
  results['date'] = new Date().toISOString().slice(0, 10);
  const file = fileURLToPath(new URL('results.json', import.meta.url));
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  await landfall(shopFolder, ['infra:destroy', '--env', 'dev', '--local']);
  await rm(folder, { recursive: true, force: true });
}

/** One request at a time, direct and through the edge in turn, on one connection each; the first tenth warms up. */
async function hops(shop: Shop): Promise<void> {
  const { pid } = await taskOf(shop, 'aws_ecs_service.offers_service');
  const port = /(?:^|\0)PORT=(\d+)/.exec(await readFile(`/proc/${String(pid)}/environ`, 'utf8'))?.[1] ?? '';
  const ca = await readFile(shop.description.caCertificate, 'utf8');
  const direct = new Client(`http://127.0.0.1:${port}`);
  const edge = new Client(`https://127.0.0.1:${String(portBase)}`, {
    connect: { ca, servername: 'api.shop.localhost' },
  });
  const times: Readonly<Record<'direct' | 'edge', number[]>> = { direct: [], edge: [] };
  for (let count = 0; count < requests; count += 1) {
    times.direct.push(await once(direct));
    times.edge.push(await once(edge));
  }
  await Promise.all([direct.close(), edge.close()]);
  const at = (all: readonly number[], part: number) =>
    all.slice(requests / 10).toSorted((a, b) => a - b)[Math.floor(requests * 0.9 * part)] ?? 0;
  for (const part of [0.5, 0.99]) {
    const [own, whole] = [at(times.direct, part), at(times.edge, part)];
    const label = `GET /offers, p${String(part * 100)}`;
    results[label] =
      `direct ${own.toFixed(2)} ms, through every hop ${whole.toFixed(2)} ms: ${(whole - own).toFixed(2)} ms more, ${(whole / own).toFixed(2)} ×`;
    process.stdout.write(`${label}: ${results[label]}\n`);
  }
}

async function once(client: Client): Promise<number> {
  const started = performance.now();
  const { body, statusCode } = await client.request({
    path: '/offers',
    method: 'GET',
    headers: { host: 'api.shop.localhost' },
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`GET /offers answered ${String(statusCode)}.`);
  return performance.now() - started;
}
