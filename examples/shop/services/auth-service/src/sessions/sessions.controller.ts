import { Controller, Delete, Get, Header, Headers, HttpCode, UnauthorizedException } from '@nestjs/common';
import { sessionIdOf } from './claims.js';
import { type Session, Sessions } from './sessions.js';

/** The session of the token that the gateway has verified. */
@Controller('auth/session')
export class SessionsController {
  constructor(private readonly sessions: Sessions) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  async find(@Headers('x-user-claims') claims: string | undefined): Promise<Session> {
    const id = sessionIdOf(claims);
    const session = id && (await this.sessions.find(id));
    if (!session) throw new UnauthorizedException('The session has ended.');
    return session;
  }

  @Delete()
  @HttpCode(204)
  async end(@Headers('x-user-claims') claims: string | undefined): Promise<void> {
    const id = sessionIdOf(claims);
    if (!id) throw new UnauthorizedException('Sign in first.');
    await this.sessions.end(id);
  }
}
