import { BadRequestException, Controller, Get, Header, Req } from '@nestjs/common';
import type { Request } from 'express';
import type { JWK } from 'jose';
import { algorithm } from '../tokens/signing-key.js';
import { SigningKeys } from '../tokens/signing-keys.js';
import { TokenIssuer } from '../tokens/token-issuer.js';
import { publicOrigin } from './public-origin.js';

interface OpenIdConfiguration {
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly token_endpoint: string;
  readonly response_types_supported: readonly string[];
  readonly subject_types_supported: readonly string[];
  readonly id_token_signing_alg_values_supported: readonly string[];
  readonly claims_supported: readonly string[];
}

@Controller('auth/.well-known')
export class DiscoveryController {
  constructor(
    private readonly keys: SigningKeys,
    private readonly tokens: TokenIssuer,
  ) {}

  /** The URLs follow the caller's own host: the gateway reaches this service on an internal name. */
  @Get('openid-configuration')
  @Header('Cache-Control', 'no-store')
  configuration(@Req() request: Request): OpenIdConfiguration {
    const origin = publicOrigin(request.headers, request.protocol);
    if (!origin) throw new BadRequestException('The Host header is not a host name.');
    return {
      issuer: this.tokens.issuer,
      jwks_uri: `${origin}/auth/.well-known/jwks.json`,
      token_endpoint: `${origin}/auth/login`,
      response_types_supported: ['token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [algorithm],
      claims_supported: ['sub', 'email', 'iss', 'aud', 'iat', 'exp'],
    };
  }

  @Get('jwks.json')
  @Header('Cache-Control', 'public, max-age=300')
  async keySet(): Promise<{ keys: readonly JWK[] }> {
    return { keys: await this.keys.publicKeys() };
  }
}
