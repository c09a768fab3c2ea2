import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { findTerraform, onCi } from '../harness/terraform.js';
import { landfall } from '../shop/landfall.js';
import { rows } from '../shop/rows/index.js';
import { copyShop, demoUser, deployShop, seed, type Shop } from '../shop/shop.js';

const terraform = await findTerraform();

describe('the shop on the local plane', () => {
  let folder: string;
  let shop: Shop;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-e2e-'));
    shop = await deployShop(await copyShop(join(folder, 'shop')), 4620);
    await seed(shop, 'auth-service', { DEMO_PASSWORD: demoUser.password });
    await seed(shop, 'offers-service');
  });

  afterAll(async () => {
    await landfall(join(folder, 'shop'), ['infra:destroy', '--env', 'dev', '--local']);
    await rm(folder, { recursive: true, force: true });
  });

  for (const row of rows) {
    const absent = row.needs === 'terraform' && terraform === undefined && !onCi;
    test.skipIf(absent)(`${row.name}${absent ? ' (skipped: terraform is absent)' : ''}`, () => row.check(shop));
  }
});
