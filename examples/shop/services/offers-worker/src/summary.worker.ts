import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { summaryKey, summaryQueue } from '@shop/contracts';
import { type Job, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { OffersServiceClient } from './offers-service.client.js';
import { summaryOf } from './summary.js';

/** Renewed while the process lives, so that a job whose worker has crashed is soon somebody else's. */
const lockMs = 5_000;

/** Makes the summary of all offers, once a job. A crash in the middle does no harm: the next worker does the job again. */
@Injectable()
export class SummaryWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Summary');
  private worker: Worker | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly offers: OffersServiceClient,
  ) {}

  onApplicationBootstrap(): void {
    this.worker = new Worker(summaryQueue, (job) => this.summarise(job), {
      connection: this.redis,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      // A deploy or a lost Spot task may take a job's worker away more than once.
      maxStalledCount: 5,
    });
    this.worker.on('failed', (job, error) => this.logger.warn(`Job ${job?.id ?? '-'} failed: ${error.message}`));
    this.worker.on('stalled', (id) => this.logger.warn(`Job ${id} lost its worker; it is done again.`));
    this.worker.on('error', (error) => this.logger.warn(error.message));
  }

  /** Takes no new job, and finishes the one at hand. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.worker?.close();
  }

  private async summarise(job: Job): Promise<void> {
    const summary = summaryOf(await this.offers.prices(), new Date());
    await this.redis.set(summaryKey, JSON.stringify(summary));
    this.logger.log(`Job ${job.id ?? '-'}: ${summary.count} offers.`);
  }
}
