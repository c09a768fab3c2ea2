import { ConflictException, Injectable, UnauthorizedException } from '@nestjs/common';
import { Sessions } from '../sessions/sessions.js';
import { type AccessToken, TokenIssuer } from '../tokens/token-issuer.js';
import type { Login, Registration } from './credentials.js';
import { checkPassword, hashPassword } from './passwords.js';
import { type User, UsersRepository } from './users.repository.js';

@Injectable()
export class AccountsService {
  constructor(
    private readonly users: UsersRepository,
    private readonly sessions: Sessions,
    private readonly tokens: TokenIssuer,
  ) {}

  async register({ email, password }: Registration): Promise<User> {
    const user = await this.users.create(email, await hashPassword(password));
    if (!user) throw new ConflictException('This address is already registered.');
    return user;
  }

  async login({ email, password }: Login): Promise<AccessToken> {
    const user = await this.users.findByEmail(email);
    const matches = await checkPassword(password, user?.passwordHash);
    if (!user || !matches) throw new UnauthorizedException('Wrong address or password.');
    const session = await this.sessions.begin(user);
    return this.tokens.issue(user, session.id);
  }
}
