import { Module } from '@nestjs/common';
import { ServiceModule } from '@shop/service-kit';
import { OffersController } from './offers.controller.js';
import { OffersRepository } from './offers.repository.js';

@Module({ imports: [ServiceModule], controllers: [OffersController], providers: [OffersRepository] })
export class AppModule {}
