import { importJWK, SignJWT } from 'jose';
import { algorithm, type SigningKey } from './signing-key.js';

export const audience = 'shop';

export interface AccessToken {
  readonly accessToken: string;
  readonly tokenType: 'Bearer';
  /** Seconds. */
  readonly expiresIn: number;
}

export class TokenIssuer {
  readonly #privateKey: ReturnType<typeof importJWK>;

  constructor(
    private readonly key: Pick<SigningKey, 'kid' | 'privateKey'>,
    readonly issuer: string,
    private readonly ttlSeconds: number,
    private readonly now: () => number = Date.now,
  ) {
    this.#privateKey = importJWK(key.privateKey, algorithm);
  }

  async issue(user: { readonly id: string; readonly email: string }, sessionId: string): Promise<AccessToken> {
    const issuedAt = Math.floor(this.now() / 1_000);
    const accessToken = await new SignJWT({ email: user.email })
      .setProtectedHeader({ alg: algorithm, kid: this.key.kid, typ: 'JWT' })
      .setSubject(user.id)
      .setJti(sessionId)
      .setIssuer(this.issuer)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + this.ttlSeconds)
      .sign(await this.#privateKey);
    return { accessToken, tokenType: 'Bearer', expiresIn: this.ttlSeconds };
  }
}
