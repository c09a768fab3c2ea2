import { Injectable } from '@nestjs/common';
import { readEnv } from '@shop/service-kit';
import { z } from 'zod';

const offersEnv = z.object({ OFFERS_SERVICE_URL: z.url() });

const timeoutMs = 10_000;

const prices = z.array(z.object({ priceCents: z.int() }));

/** Asks offers-service directly, by its name in the private network (`OFFERS_SERVICE_URL`). */
@Injectable()
export class OffersServiceClient {
  private readonly url = readEnv(offersEnv).OFFERS_SERVICE_URL;

  /** In cents, of each offer. */
  async prices(): Promise<readonly number[]> {
    const response = await fetch(new URL('/offers', this.url), { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`offers-service answered ${response.status}.`);
    return prices.parse(await response.json()).map(({ priceCents }) => priceCents);
  }
}
