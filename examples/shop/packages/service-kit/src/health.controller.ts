import { Controller, Get, Header, Logger, ServiceUnavailableException } from '@nestjs/common';
import { Pool } from 'pg';

@Controller('health')
export class HealthController {
  private readonly logger = new Logger('Health');

  constructor(private readonly pool: Pool) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  async check(): Promise<{ status: 'ok' }> {
    try {
      await this.pool.query('SELECT 1');
      return { status: 'ok' };
    } catch (error) {
      this.logger.error(`The database does not answer: ${error instanceof Error ? error.message : String(error)}`);
      throw new ServiceUnavailableException({ status: 'unavailable' });
    }
  }
}
