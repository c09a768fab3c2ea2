import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireOnCi } from '../harness/terraform.js';
import { landfall } from '../shop/landfall.js';
import { copyShop, demoUser, deployShop, endpoint, seed, type Shop } from '../shop/shop.js';

/** A browser that the system has installed. */
async function findBrowser(): Promise<string | undefined> {
  const candidates = [
    process.env['CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  for (const path of candidates) {
    if (
      path !== undefined &&
      (await access(path).then(
        () => true,
        () => false,
      ))
    )
      return path;
  }
  return undefined;
}

const executablePath = await findBrowser();
requireOnCi('A Chromium browser', executablePath);

describe.skipIf(executablePath === undefined)(
  `the admin in a browser ${executablePath ?? '(skipped: no Chromium)'}`,
  () => {
    let folder: string;
    let shop: Shop;
    let browser: Browser;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'landfall-admin-'));
      shop = await deployShop(await copyShop(join(folder, 'shop')), 4700);
      await seed(shop, 'auth-service', { DEMO_PASSWORD: demoUser.password });
      await seed(shop, 'offers-service');
      const args = [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
      ];
      browser = await chromium.launch({ executablePath: executablePath ?? '', args });
    });

    afterAll(async () => {
      await browser.close();
      await landfall(join(folder, 'shop'), ['infra:destroy', '--env', 'dev', '--local']);
      await rm(folder, { recursive: true, force: true });
    });

    test('signs in across origins, lists, edits, and survives a reload of a deep link', async () => {
      const page = await browser.newPage({ ignoreHTTPSErrors: true });
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      await page.goto(`${endpoint(shop.description, 'admin')}/login`);
      await page.fill('input[type=email]', demoUser.email);
      await page.fill('input[type=password]', demoUser.password);
      await page.click('button[type=submit]');
      await page.getByText('Oak desk').click();
      await page.waitForURL('**/offers/*');
      await page.reload();
      const title = page.getByLabel('Title');
      await title.fill('Oak desk, changed');
      const saved = page.waitForResponse((response) => response.request().method() === 'PUT');
      await page.click('button[type=submit]');
      expect((await saved).status()).toBe(200);
      await page.goto(endpoint(shop.description, 'admin'));
      await page.getByText('Oak desk, changed').waitFor();
      expect(problems).toEqual([]);
    });
  },
);
