import { Module } from '@nestjs/common';
import { ServiceModule } from '@shop/service-kit';
import { AuthServiceClient } from './auth-service.client.js';
import { OffersController } from './offers.controller.js';
import { OffersRepository } from './offers.repository.js';

@Module({ imports: [ServiceModule], controllers: [OffersController], providers: [OffersRepository, AuthServiceClient] })
export class AppModule {}
