import { Module } from '@nestjs/common';
import { RedisModule, ServiceModule } from '@shop/service-kit';
import { AuthServiceClient } from './auth-service.client.js';
import { OffersController } from './offers.controller.js';
import { OffersRepository } from './offers.repository.js';
import { SummaryController } from './summary/summary.controller.js';
import { SummaryModule } from './summary/summary.module.js';

@Module({
  imports: [ServiceModule, RedisModule.register(), SummaryModule],
  // The summary first: `/offers/:id` would take `/offers/summary` too.
  controllers: [SummaryController, OffersController],
  providers: [OffersRepository, AuthServiceClient],
})
export class AppModule {}
