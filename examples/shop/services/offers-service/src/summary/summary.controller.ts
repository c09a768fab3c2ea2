import { Controller, Get, Header, HttpCode, NotFoundException, Post, UseGuards } from '@nestjs/common';
import type { OffersSummary } from '@shop/contracts';
import { UserIdGuard } from '../user-id.guard.js';
import { Summary } from './summary.js';

@Controller('offers/summary')
export class SummaryController {
  constructor(private readonly summary: Summary) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  async read(): Promise<OffersSummary> {
    const summary = await this.summary.read();
    if (!summary) throw new NotFoundException('No summary was made yet.');
    return summary;
  }

  @Post()
  @HttpCode(202)
  @UseGuards(UserIdGuard)
  async renew(): Promise<{ readonly job: string }> {
    return { job: await this.summary.renew() };
  }
}
