import { Module } from '@nestjs/common';
import { RedisModule } from '@shop/service-kit';
import { OffersServiceClient } from './offers-service.client.js';
import { SummaryWorker } from './summary.worker.js';

@Module({
  // A worker waits for Redis, however long it is gone.
  imports: [RedisModule.register({ maxRetriesPerRequest: null })],
  providers: [OffersServiceClient, SummaryWorker],
})
export class AppModule {}
