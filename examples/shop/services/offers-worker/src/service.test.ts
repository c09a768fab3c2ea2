import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { offersSummary, summaryKey, summaryQueue } from '@shop/contracts';
import { startBuiltWorker, testServer } from '@shop/service-kit/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { describe, expect, test, vi } from 'vitest';

describe.skipIf(testServer.skip)(`the running offers-worker${testServer.reason}`, { timeout: 30_000 }, () => {
  test('tries a job again when offers-service fails, and keeps the summary', async () => {
    const answers = [503, 200];
    const offers = createServer((_request, response) => {
      response.statusCode = answers.shift() ?? 200;
      response.end(JSON.stringify([{ priceCents: 300 }, { priceCents: 200 }]));
    });
    offers.listen(0, '127.0.0.1');
    await once(offers, 'listening');
    const redis = new Redis(testServer.redisUrl, { maxRetriesPerRequest: null });
    const queue = new Queue(summaryQueue, { connection: redis });
    await queue.obliterate({ force: true });
    await redis.del(summaryKey);

    const worker = await startBuiltWorker({
      REDIS_URL: testServer.redisUrl,
      OFFERS_SERVICE_URL: `http://127.0.0.1:${(offers.address() as AddressInfo).port}`,
    });
    await queue.add('summarise', {}, { attempts: 2 });
    const kept = await vi.waitFor(
      async () => offersSummary.parse(JSON.parse((await redis.get(summaryKey)) ?? 'null')),
      10_000,
    );
    expect(kept).toMatchObject({ count: 2, lowestPriceCents: 200, highestPriceCents: 300 });
    expect(answers).toEqual([]);
    expect(await worker.stop()).toBe(0);
    await queue.close();
    await redis.quit();
    offers.close();
  });
});
