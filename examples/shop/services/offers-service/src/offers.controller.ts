import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  Headers,
  HttpCode,
  NotFoundException,
  Param,
  ParseUUIDPipe,
  Post,
  Put,
  UseGuards,
} from '@nestjs/common';
import { Validated } from '@shop/service-kit';
import { AuthServiceClient, type Issuer } from './auth-service.client.js';
import { type Offer, type OfferInput, offerInput } from './offer.js';
import { OffersRepository } from './offers.repository.js';
import { Summary } from './summary/summary.js';
import { UserIdGuard } from './user-id.guard.js';

@Controller('offers')
export class OffersController {
  constructor(
    private readonly offers: OffersRepository,
    private readonly auth: AuthServiceClient,
    private readonly summary: Summary,
  ) {}

  @Get()
  list(): Promise<readonly Offer[]> {
    return this.offers.list();
  }

  /** Whose tokens may write offers, as auth-service itself says. */
  @Get('issuer')
  @Header('Cache-Control', 'no-store')
  issuer(): Promise<Issuer> {
    return this.auth.issuer();
  }

  @Get(':id')
  async find(@Param('id', ParseUUIDPipe) id: string): Promise<Offer> {
    return found(await this.offers.find(id));
  }

  @Post()
  @UseGuards(UserIdGuard)
  async create(
    @Body(new Validated(offerInput)) input: OfferInput,
    @Headers('x-user-id') userId: string,
  ): Promise<Offer> {
    const offer = await this.offers.create(input, userId);
    await this.summary.renewLater();
    return offer;
  }

  @Put(':id')
  @UseGuards(UserIdGuard)
  async replace(
    @Param('id', ParseUUIDPipe) id: string,
    @Body(new Validated(offerInput)) input: OfferInput,
    @Headers('x-user-id') userId: string,
  ): Promise<Offer> {
    const offer = found(await this.offers.replace(id, input, userId));
    await this.summary.renewLater();
    return offer;
  }

  @Delete(':id')
  @HttpCode(204)
  @UseGuards(UserIdGuard)
  async remove(@Param('id', ParseUUIDPipe) id: string): Promise<void> {
    found((await this.offers.remove(id)) || undefined);
    await this.summary.renewLater();
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new NotFoundException('There is no such offer.');
  return value;
}
