import { Body, Controller, Header, HttpCode, Post } from '@nestjs/common';
import { Validated } from '@shop/service-kit';
import type { AccessToken } from '../tokens/token-issuer.js';
import { AccountsService } from './accounts.service.js';
import { type Login, login, type Registration, registration } from './credentials.js';
import type { User } from './users.repository.js';

@Controller('auth')
export class AccountsController {
  constructor(private readonly accounts: AccountsService) {}

  @Post('register')
  register(@Body(new Validated(registration)) body: Registration): Promise<User> {
    return this.accounts.register(body);
  }

  @Post('login')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  login(@Body(new Validated(login)) body: Login): Promise<AccessToken> {
    return this.accounts.login(body);
  }
}
