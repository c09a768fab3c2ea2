import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SleptOrWoken } from '../../../src/deploy/waking/change.js';
import { landfallJson } from '../landfall.js';
import { expectEqual, expectTrue, type Row } from '../row.js';
import { api, until, viewer, type Answer, type Shop } from '../shop.js';

const parallel = 200;
const sleepers = ['auth-service', 'offers-service'];
const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

/** Services that sleep, and how they wake. The row deploys the shop with services that may, and puts its config back. */
export const sleepRows: readonly Row[] = [
  {
    name: 'sleeping services answer 503 with Retry-After, and 200 requests at once wake them by one wake-up',
    check: async (shop) => {
      const file = join(shop.folder, 'landfall.config.ts');
      const config = await readFile(file, 'utf8');
      await writeFile(file, sleeping(config));
      try {
        await shop.deploy();
        return await sleepsAndWakes(shop);
      } finally {
        await writeFile(file, config);
        await shop.deploy();
      }
    },
  },
];

/** Without the worker, which never sleeps and calls offers-service: that would not sleep either. */
function sleeping(config: string): string {
  const changed = config
    .replace(/^ {4}'offers-worker': .*\n/m, '')
    .replace("dev.example.com',\n      defaults: { tier: 'micro', minInstances: 1,", (text) =>
      text.replace('1,', '0,'),
    );
  expectTrue(!changed.includes("'offers-worker'") && changed.includes('minInstances: 0'), 'the config was not changed');
  return changed;
}

async function sleepsAndWakes(shop: Shop): Promise<string> {
  const order = (name: string) => landfallJson<SleptOrWoken>(shop.folder, [name, '--env', 'dev', '--local']);
  const before = await wakeUps(shop);
  const asleep = await order('infra:sleep');
  expectEqual(asleep.changed, sleepers, 'what fell asleep');
  const started = performance.now();
  const answers = await askAtOnce(shop);
  answers.forEach(expectStarting);
  await until(async () => (await shop.request(`${api(shop)}/offers`)).status === 200);
  const seconds = (performance.now() - started) / 1000;
  // offers-service asks auth-service by its name in the private network; nobody asked auth-service by the gateway.
  await until(async () => (await shop.request(`${api(shop)}/offers/issuer`)).status === 200);
  const woken = (await wakeUps(shop)).slice(before.length);
  expectEqual(
    woken.map((names) => names.toSorted()),
    [sleepers.map((name) => `shop-dev-${name}`)],
    'services that each wake-up raised',
  );
  expectEqual((await order('infra:wake')).changed, [], 'what infra:wake still had to wake');
  return `${String(parallel)} × 503 with Retry-After: 45, then 200 after ${seconds.toFixed(1)} s; one wake-up raised ${sleepers.join(' and ')}`;
}

/** Half as a program, half as a browser. */
async function askAtOnce(shop: Shop): Promise<readonly Answer[]> {
  const dispatcher = viewer(shop, '127.3.0.1');
  try {
    return await Promise.all(
      Array.from({ length: parallel }, (_, index) =>
        shop.request(`${api(shop)}/offers`, {
          dispatcher,
          headers: { accept: index % 2 === 0 ? 'application/json' : browser },
        }),
      ),
    );
  } finally {
    await dispatcher.close();
  }
}

function expectStarting({ status, headers, text }: Answer, index: number): void {
  const [type, start] =
    index % 2 === 0
      ? ['application/json; charset=utf-8', '{"message":"The service is starting.']
      : ['text/html; charset=utf-8', '<!doctype html>'];
  expectEqual([status, headers['retry-after'], headers['content-type']], [503, '45', type], 'an answer of a sleeper');
  expectTrue(text.startsWith(start), `its body: ${text.slice(0, 100)}`);
}

/** The names that each call of the wake-up function raised, of those that raised any. */
async function wakeUps(shop: Shop): Promise<readonly (readonly string[])[]> {
  const log = await readFile(join(shop.folders.logs, 'wake-up.log'), 'utf8').catch(() => '');
  return [...log.matchAll(/\{"event":"wake",.*\}/g)]
    .map(([line]) => (JSON.parse(line) as { readonly woken: readonly string[] }).woken)
    .filter(({ length }) => length > 0);
}
