import { Injectable, Logger } from '@nestjs/common';
import { offersSummary, type OffersSummary, summaryKey } from '@shop/contracts';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

@Injectable()
export class Summary {
  private readonly logger = new Logger('Summary');

  constructor(
    private readonly queue: Queue,
    private readonly redis: Redis,
  ) {}

  /** The newest one; undefined before the first was made. */
  async read(): Promise<OffersSummary | undefined> {
    const kept = await this.redis.get(summaryKey);
    return kept === null ? undefined : offersSummary.parse(JSON.parse(kept));
  }

  /** Asks the worker for a new one; answers the job's id. */
  async renew(): Promise<string> {
    const job = await this.queue.add('summarise', {});
    return job.id ?? '';
  }

  /** After a change that has been made: it stays made when Redis does not answer. */
  async renewLater(): Promise<void> {
    await this.renew().catch((error: unknown) => this.logger.warn(`The summary stays as it is: ${String(error)}`));
  }
}
