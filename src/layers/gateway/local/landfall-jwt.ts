import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { Readable } from 'node:stream';
import type { HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import { header, withHeader } from '../../../local/http/headers.js';
import { json } from '../../../local/http/responses.js';
import type { Exchange, PluginContext, PluginFactory } from './plugin.js';

const configSchema = z.object({
  discovery_url: z.url(),
  host: z.string(),
  key_set_ttl: z.number().default(300),
  refetch_interval: z.number().default(10),
  leeway: z.number().default(30),
});

type JwtConfig = z.infer<typeof configSchema>;

const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384'];

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional() })) });

interface KeySet {
  readonly issuer: string;
  readonly keyIds: ReadonlySet<string>;
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly fetchedAt: number;
}

/** The key set could not be fetched. `asleep`: the load balancer itself answered that nothing runs. */
class KeysUnavailable extends Error {
  constructor(readonly asleep: boolean) {
    super('The key set cannot be fetched.');
  }
}

/** `landfall-jwt` of the image, in TypeScript: the same rules, `jose` for the cryptography. */
export const landfallJwt: PluginFactory = (raw, ctx) => {
  const config = configSchema.parse(raw);
  const keys = new KeyCache(config, ctx);
  return { name: 'landfall-jwt', priority: 1450, access: (exchange) => check(exchange, config, keys, ctx) };
};

const bearer = /^[Bb]earer\s+([\w-]+\.[\w-]+\.[\w-]+)$/;

async function check(
  exchange: Exchange,
  config: JwtConfig,
  keys: KeyCache,
  ctx: PluginContext,
): Promise<HttpResponse | undefined> {
  const token = bearer.exec(header(exchange.request.headers, 'authorization') ?? '')?.[1];
  const keyId = token === undefined ? undefined : keyIdOf(token);
  if (token === undefined || keyId === undefined) return unauthorized();
  try {
    const set = await keys.get(keyId, exchange.request);
    const { payload } = await jwtVerify(token, set.find, {
      algorithms,
      issuer: set.issuer,
      clockTolerance: config.leeway,
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(ctx.clock.now()),
    });
    let headers = withHeader(exchange.request.headers, 'X-User-Id', payload.sub ?? '');
    headers = withHeader(headers, 'X-User-Claims', token.split('.')[1] ?? '');
    exchange.request = { ...exchange.request, headers };
    return undefined;
  } catch (error) {
    if (error instanceof KeysUnavailable)
      return json(503, { message: 'Service unavailable' }, error.asleep ? [['Retry-After', '45']] : []);
    if (error instanceof errors.JOSEError) return unauthorized();
    throw error;
  }
}

const unauthorized = (): HttpResponse => json(401, { message: 'Unauthorized' }, [['WWW-Authenticate', 'Bearer']]);

function keyIdOf(token: string): string | undefined {
  try {
    const head = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as {
      readonly kid?: unknown;
    };
    return typeof head.kid === 'string' ? head.kid : undefined;
  } catch {
    return undefined;
  }
}

/** The key set; fetched when there is none, when it is old, or when it lacks a key, but not more often than the interval. */
class KeyCache {
  #known: KeySet | undefined;
  #fetching: Promise<KeySet> | undefined;

  constructor(
    private readonly config: JwtConfig,
    private readonly ctx: PluginContext,
  ) {}

  async get(keyId: string, request: HttpRequest): Promise<KeySet> {
    const known = this.#known;
    const age = known === undefined ? Infinity : (this.ctx.clock.now() - known.fetchedAt) / 1000;
    const usable = known !== undefined && age < this.config.key_set_ttl;
    if (usable && (known.keyIds.has(keyId) || age < this.config.refetch_interval)) return known;
    try {
      this.#fetching ??= this.#fetch(request).finally(() => (this.#fetching = undefined));
      this.#known = await this.#fetching;
      return this.#known;
    } catch (error) {
      // Keys that were good stay good while the issuer cannot be asked.
      if (known?.keyIds.has(keyId) === true) return known;
      throw error;
    }
  }

  async #fetch(request: HttpRequest): Promise<KeySet> {
    const { issuer, jwks_uri } = discoverySchema.parse(await this.#getJson(this.config.discovery_url, request));
    const set = keySetSchema.parse(await this.#getJson(jwks_uri, request));
    return {
      issuer,
      keyIds: new Set(set.keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid]))),
      find: createLocalJWKSet(set as JSONWebKeySet),
      fetchedAt: this.ctx.clock.now(),
    };
  }

  async #getJson(address: string, request: HttpRequest): Promise<unknown> {
    const url = new URL(address);
    const handler = this.ctx.reach(url.hostname, Number(url.port === '' ? '80' : url.port));
    if (handler === undefined) throw new KeysUnavailable(false);
    const response = await handler.request({
      ...request,
      method: 'GET',
      target: `${url.pathname}${url.search}`,
      headers: [['Host', this.config.host]],
      body: null,
      tls: undefined,
      // Others may wait for the same keys: the one client's leaving must not stop them.
      signal: new AbortController().signal,
    });
    const chunks: Buffer[] = [];
    const body = response.body instanceof Readable ? response.body : response.body === null ? [] : [response.body];
    for await (const chunk of body) chunks.push(Buffer.from(chunk as Uint8Array));
    if (response.status === 200) return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
    throw new KeysUnavailable(
      [502, 503].includes(response.status) && header(response.headers, 'server') === 'awselb/2.0',
    );
  }
}
