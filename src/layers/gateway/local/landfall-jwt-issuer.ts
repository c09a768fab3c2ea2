import { Readable } from 'node:stream';
import type { HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import { header } from '../../../local/http/headers.js';
import type { Jwk } from './landfall-jwt-algorithms.js';
import type { PluginContext } from './plugin.js';

/** An issuer's word. */
export interface KeySet {
  readonly issuer: string;
  readonly keys: ReadonlyMap<string, Jwk>;
}

/** The key set could not be fetched. `asleep`: the load balancer itself answered that nothing runs. */
export class KeysUnavailable extends Error {
  constructor(
    message: string,
    readonly asleep = false,
  ) {
    super(message);
  }
}

/** Where an issuer's discovery document is. */
export interface IssuerAddress {
  readonly discovery_url: string;
  /** The Host that it wants. */
  readonly host: string;
}

/**
 * As `issuer.lua` has it: the discovery document, then the key set that it names.
 * @throws KeysUnavailable whatever the reason
 */
export async function askIssuer(
  { discovery_url, host }: IssuerAddress,
  request: HttpRequest,
  reach: PluginContext['reach'],
): Promise<KeySet> {
  const get = (url: string) => getObject(url, host, request, reach);
  const { issuer, jwks_uri } = await get(discovery_url);
  if (typeof issuer !== 'string' || typeof jwks_uri !== 'string')
    throw new KeysUnavailable('The discovery document has no issuer or no jwks_uri.');
  const { keys } = await get(jwks_uri);
  if (typeof keys !== 'object' || keys === null) throw new KeysUnavailable('The key set has no keys.');
  return { issuer, keys: byId(Array.isArray(keys) ? keys : []) };
}

/** The keys by id. The last of two with one id counts. */
function byId(keys: readonly unknown[]): ReadonlyMap<string, Jwk> {
  const named = keys.filter((key): key is Jwk => typeof (key as Partial<Jwk> | null)?.kid === 'string');
  return new Map(named.map((key) => [key.kid, key]));
}

async function getObject(
  address: string,
  host: string,
  request: HttpRequest,
  reach: PluginContext['reach'],
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const url = new URL(address);
    const response = await reach(url.hostname, Number(url.port === '' ? '80' : url.port))?.request({
      ...request,
      method: 'GET',
      target: `${url.pathname}${url.search}`,
      headers: [['Host', host]],
      body: null,
      tls: undefined,
      // Others may wait for the same keys: the one client's leaving must not stop them.
      signal: new AbortController().signal,
    });
    if (response === undefined) throw new KeysUnavailable(`${url.host} is not known.`);
    const text = await textOf(response);
    if (response.status !== 200) throw new KeysUnavailable(`Status ${String(response.status)}.`, isAsleep(response));
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
    throw new KeysUnavailable('No JSON object.');
  } catch (error) {
    if (error instanceof KeysUnavailable) throw error;
    throw new KeysUnavailable(error instanceof Error ? error.message : String(error));
  }
}

/** The load balancer's own 502 or 503: nothing runs behind it, and what came has started to wake it. */
const isAsleep = ({ status, headers }: HttpResponse): boolean =>
  [502, 503].includes(status) && header(headers, 'server') === 'awselb/2.0';

async function textOf({ body }: HttpResponse): Promise<string> {
  const chunks: Buffer[] = [];
  const source = body instanceof Readable ? body : body === null ? [] : [body];
  for await (const chunk of source) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}
