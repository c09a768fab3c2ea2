import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../src/base/errors.js';
import { findTerraform, onCi } from '../../test/harness/terraform.js';
import { landfall } from '../../test/shop/landfall.js';
import type { Row } from '../../test/shop/row.js';
import { rows } from '../../test/shop/rows/index.js';
import { copyShop, demoUser, deployShop, seed, type Shop } from '../../test/shop/shop.js';

/** How one row ended. */
type Outcome = 'passed' | 'failed' | 'skipped';

/**
 * Deploys a copy of the shop, checks each row, removes everything.
 * @returns 1 when a row failed, or was skipped on CI
 */
export async function check(portBase: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-demo-'));
  const shopFolder = join(folder, 'shop');
  const outcomes: Outcome[] = [];
  try {
    const shop = await timed('deploy', async () =>
      deployShop(await copyShop(shopFolder), portBase, (text) => process.stderr.write(text)),
    );
    await seed(shop, 'auth-service', { DEMO_PASSWORD: demoUser.password });
    await seed(shop, 'offers-service');
    const terraform = await findTerraform();
    for (const row of rows)
      outcomes.push(await checkRow(row, shop, row.needs === 'terraform' && terraform === undefined));
  } catch (error) {
    outcomes.push('failed');
    print('failed', 'deploy', messageOf(error));
  } finally {
    await landfall(shopFolder, ['infra:destroy', '--env', 'dev', '--local']);
    await rm(folder, { recursive: true, force: true });
  }
  const count = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length;
  const skipped = count('skipped');
  process.stdout.write(
    `\n${String(count('passed'))} passed, ${String(count('failed'))} failed${skipped > 0 ? `, ${String(skipped)} skipped` : ''}\n`,
  );
  return count('failed') > 0 || (onCi && skipped > 0) ? 1 : 0;
}

async function checkRow(row: Row, shop: Shop, absent: boolean): Promise<Outcome> {
  if (absent) return print('skipped', row.name, `${row.needs ?? ''} is absent`);
  try {
    return print('passed', row.name, await row.check(shop));
  } catch (error) {
    return print('failed', row.name, messageOf(error));
  }
}

function print(outcome: Outcome, name: string, seen: string): Outcome {
  const words = { passed: 'passed: ', failed: 'FAILED: ', skipped: 'skipped: ' }[outcome];
  process.stdout.write(`${words}${name} — ${seen}\n`);
  return outcome;
}

async function timed<T>(label: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  process.stdout.write(`${label}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  return result;
}
