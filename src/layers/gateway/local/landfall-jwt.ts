import { compactVerify, type JWK } from 'jose';
import { z } from 'zod';
import type { HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import { allValues, withHeader } from '../../../local/http/headers.js';
import { json } from '../../../local/http/responses.js';
import { fits, isKnownAlgorithm, type Jwk } from './landfall-jwt-algorithms.js';
import { askIssuer, KeysUnavailable } from './landfall-jwt-issuer.js';
import { KeySetCache } from './landfall-jwt-key-sets.js';
import { hasValidClaims, parseToken, type Token } from './landfall-jwt-token.js';
import type { Exchange, PluginContext, PluginFactory } from './plugin.js';

/** As `schema.lua` has it. */
const configSchema = z.object({
  discovery_url: z.url(),
  host: z.string(),
  key_set_ttl: z.number().default(300),
  refetch_interval: z.number().default(10),
  retry_interval: z.number().default(5),
  leeway: z.number().default(30),
});

type JwtConfig = z.infer<typeof configSchema>;

/** `landfall-jwt` of the image, in TypeScript: the same rules file by file, `jose` for the cryptography. */
export const landfallJwt: PluginFactory = (raw, ctx) => {
  const config = configSchema.parse(raw);
  const keySets = new KeySetCache<HttpRequest>(
    config,
    (request) => askIssuer(config, request, (name, port) => ctx.reach(name, port)),
    () => ctx.clock.now(),
  );
  return { name: 'landfall-jwt', priority: 1450, access: (exchange) => check(exchange, config, keySets, ctx) };
};

async function check(
  exchange: Exchange,
  config: JwtConfig,
  keySets: KeySetCache<HttpRequest>,
  ctx: PluginContext,
): Promise<HttpResponse | undefined> {
  const [authorization, ...more] = allValues(exchange.request.headers, 'authorization');
  const token = authorization === undefined || more.length > 0 ? undefined : parseToken(authorization);
  if (token === undefined || !isKnownAlgorithm(token.alg)) return unauthorized();
  try {
    const { issuer, keys } = await keySets.get(token.kid, exchange.request);
    const jwk = keys.get(token.kid);
    if (jwk === undefined || !fits(token.alg, jwk) || !(await isSigned(token, jwk))) return unauthorized();
    if (!hasValidClaims(token.claims, issuer, Math.floor(ctx.clock.now() / 1000), config.leeway)) return unauthorized();
  } catch (error) {
    if (!(error instanceof KeysUnavailable)) throw error;
    return json(503, { message: 'Service unavailable' }, error.asleep ? [['Retry-After', '45']] : []);
  }
  const headers = withHeader(exchange.request.headers, 'X-User-Id', String(token.claims['sub']));
  exchange.request = { ...exchange.request, headers: withHeader(headers, 'X-User-Claims', token.encodedClaims) };
  return undefined;
}

const unauthorized = (): HttpResponse => json(401, { message: 'Unauthorized' }, [['WWW-Authenticate', 'Bearer']]);

/** Whatever is wrong with the key or the signature, the token is not verified. */
const isSigned = ({ compact, alg }: Token, jwk: Jwk): Promise<boolean> =>
  compactVerify(compact, jwk as unknown as JWK, { algorithms: [alg] }).then(
    () => true,
    () => false,
  );
