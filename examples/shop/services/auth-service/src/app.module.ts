import { Module } from '@nestjs/common';
import { readEnv, RedisModule, ServiceModule } from '@shop/service-kit';
import { Redis } from 'ioredis';
import { AccountsController } from './accounts/accounts.controller.js';
import { AccountsService } from './accounts/accounts.service.js';
import { UsersRepository } from './accounts/users.repository.js';
import { DiscoveryController } from './discovery/discovery.controller.js';
import { tokenEnv } from './env.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { Sessions } from './sessions/sessions.js';
import { SigningKeys } from './tokens/signing-keys.js';
import { TokenIssuer } from './tokens/token-issuer.js';

@Module({
  imports: [ServiceModule, RedisModule.register()],
  controllers: [AccountsController, SessionsController, DiscoveryController],
  providers: [
    UsersRepository,
    AccountsService,
    SigningKeys,
    {
      provide: Sessions,
      inject: [Redis],
      useFactory: (redis: Redis) => new Sessions(redis, readEnv(tokenEnv).TOKEN_TTL_SECONDS),
    },
    {
      provide: TokenIssuer,
      inject: [SigningKeys],
      useFactory: async (keys: SigningKeys) => {
        const { TOKEN_ISSUER, TOKEN_TTL_SECONDS } = readEnv(tokenEnv);
        return new TokenIssuer(await keys.current(), TOKEN_ISSUER, TOKEN_TTL_SECONDS);
      },
    },
  ],
})
export class AppModule {}
