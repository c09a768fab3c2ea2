import { BadGatewayException, Injectable, Logger } from '@nestjs/common';
import { readEnv } from '@shop/service-kit';
import { z } from 'zod';

const authEnv = z.object({ AUTH_SERVICE_URL: z.url() });

const timeoutMs = 2_000;

const configuration = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Who issues the tokens that may write offers. */
export interface Issuer {
  readonly issuer: string;
  /** Where this service finds the issuer's public keys: an address inside the network. */
  readonly keySet: string;
}

/** Asks auth-service directly, by its name in the private network (`AUTH_SERVICE_URL`). */
@Injectable()
export class AuthServiceClient {
  private readonly logger = new Logger('AuthService');
  private readonly url = readEnv(authEnv).AUTH_SERVICE_URL;

  async issuer(): Promise<Issuer> {
    try {
      const response = await this.get('/auth/.well-known/openid-configuration');
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      const { issuer, jwks_uri } = configuration.parse(await response.json());
      return { issuer, keySet: jwks_uri };
    } catch (error) {
      this.logger.warn(`auth-service at ${this.url} could not be asked: ${reason(error)}`);
      throw new BadGatewayException('auth-service does not answer.');
    }
  }

  /** A task that stops may close a connection just when it is used again: once more, and the name leads to another. */
  private get(path: string): Promise<Response> {
    const ask = () => fetch(new URL(path, this.url), { signal: AbortSignal.timeout(timeoutMs) });
    return ask().catch((error: unknown) => {
      if (error instanceof TypeError) return ask();
      throw error;
    });
  }
}

/** `fetch` says only in the cause why it failed. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
