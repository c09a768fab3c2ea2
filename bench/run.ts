/** `npm run bench`: times of a deploy of the shop, and what the hops cost (`-- --hops`: these alone). Linux alone: it reads `/proc`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { landfall } from '../test/shop/landfall.js';
import { copyShop, deployShop } from '../test/shop/shop.js';
import { measureHops } from './hops.js';
import { record } from './record.js';

const portBase = 4680;
const hopsAlone = process.argv.includes('--hops');
if (!hopsAlone) await record('results.json', deployTimes);
await record('hops.json', () => measureHops(portBase));

async function deployTimes(): Promise<Readonly<Record<string, string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-'));
  const shopFolder = join(folder, 'shop');
  const times: Record<string, string> = {};
  const seconds = async <T>(label: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const value = await work();
    times[label] = `${((performance.now() - started) / 1000).toFixed(2)} s`;
    return value;
  };
  try {
    await copyShop(shopFolder);
    const shop = await seconds('first deploy, builds included', () => deployShop(shopFolder, portBase));
    await seconds('deploy without a change', () => shop.deploy());
    await landfall(shopFolder, ['infra:destroy', '--env', 'dev', '--local', '--keep-data']);
    await seconds('warm deploy (plane stopped, nothing to build)', () => shop.deploy());
    return times;
  } finally {
    await landfall(shopFolder, ['infra:destroy', '--env', 'dev', '--local']);
    await rm(folder, { recursive: true, force: true });
  }
}
