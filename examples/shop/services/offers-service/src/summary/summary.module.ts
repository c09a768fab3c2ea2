import { Module } from '@nestjs/common';
import { summaryQueue } from '@shop/contracts';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { Summary } from './summary.js';

const queue = {
  provide: Queue,
  inject: [Redis],
  useFactory: (redis: Redis) =>
    new Queue(summaryQueue, {
      connection: redis,
      defaultJobOptions: {
        attempts: 5,
        backoff: { type: 'exponential', delay: 1_000 },
        removeOnComplete: 100,
        removeOnFail: 100,
      },
    }),
};

/** Numbers about all offers: a worker makes them after each change, this service hands them out. */
@Module({ providers: [queue, Summary], exports: [Summary] })
export class SummaryModule {}
