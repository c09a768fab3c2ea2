import { issuerName, keys } from './tokens.js';

/** What the issuer, or the load balancer before it, answers. */
export interface IssuerWord {
  /** Of both documents; default 200. */
  readonly status?: number;
  /** The `Server` header. */
  readonly server?: string;
  /** Instead of the good documents; a string is the whole body. */
  readonly discovery?: unknown;
  readonly keySet?: unknown;
  /** Connections are cut. */
  readonly down?: boolean;
}

export interface IssuerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const goodKeys = [keys.one.jwk, keys.p256.jwk, keys.p384.jwk];

/** Before each issuer's paths is the number of its case: `/7/.well-known/openid-configuration`. */
export const issuerAddress = { host: 'alb.shop.local:8080', base: 'http://alb.shop.local:8080' } as const;

/** An issuer of one case, whose word changes with its steps. */
export class FakeIssuer {
  word: IssuerWord = {};
  /** How often the discovery document was asked for. */
  asked = 0;

  constructor(private readonly prefix: string) {}

  /** Undefined when the connection is cut. */
  answer(path: string): IssuerAnswer | undefined {
    const { status = 200, server, discovery, keySet, down } = this.word;
    const isDiscovery = path.endsWith('/openid-configuration');
    if (isDiscovery) this.asked += 1;
    if (down === true) return undefined;
    const good = isDiscovery
      ? { issuer: issuerName, jwks_uri: `${issuerAddress.base}${this.prefix}/jwks.json` }
      : { keys: goodKeys };
    const body = (isDiscovery ? discovery : keySet) ?? good;
    return {
      status,
      headers: { ...(server !== undefined && { Server: server }) },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    };
  }
}

/** The issuer's keys, as a set. */
export const keySetOf = (...list: readonly unknown[]): unknown => ({ keys: list });
