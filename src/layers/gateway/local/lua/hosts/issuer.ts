import { createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import type { HttpResponse } from '../../../../../local/contract/http.js';
import { header } from '../../../../../local/http/headers.js';
import type { Exchange, PluginContext } from '../../plugin.js';
import { textOf, type LuaValue } from '../codec.js';
import { toJson } from '../json.js';
import { exchangeOf, type Hosts } from '../scope.js';
import { Results } from '../vm.js';
import { isTable, text } from './arguments.js';

/** What stands in for `http.lua` and `crypto.lua` of `landfall-jwt`: requests inside the plane, and Node's cryptography. */
export const issuerHosts = ({ reach }: Pick<PluginContext, 'reach'>): Hosts => ({
  http_get: ([url, host], run) => {
    run.pending = get(text(url), text(host), exchangeOf(run), reach).catch(
      (error: unknown) => new Results(undefined, error instanceof Error ? error.message : String(error)),
    );
    return undefined;
  },
  verify: ([jwk, algorithm, signed, signature]) => isSigned(jwk, algorithm, text(signed), text(signature)),
});

async function get(
  address: string,
  host: string,
  { original }: Exchange,
  reach: PluginContext['reach'],
): Promise<Results> {
  const url = new URL(address);
  const response = await reach(url.hostname, Number(url.port === '' ? '80' : url.port))?.request({
    ...original,
    method: 'GET',
    target: `${url.pathname}${url.search}`,
    headers: [['Host', host]],
    body: null,
    tls: undefined,
    // Others may wait for the same keys: the one client's leaving must not stop them.
    signal: new AbortController().signal,
  });
  if (response === undefined) return new Results(undefined, `${url.host} is not known`);
  const body = await bytesOfBody(response);
  return new Results(
    new Map<string, LuaValue>([
      ['status', response.status],
      ['server', header(response.headers, 'server')],
      ['body', body],
    ]),
  );
}

async function bytesOfBody({ body }: HttpResponse): Promise<string> {
  const chunks: Buffer[] = [];
  const source = body instanceof Readable ? body : body === null ? [] : [body];
  for await (const chunk of source) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('latin1');
}

/** Whatever is wrong with the key or the signature, the text is not signed. */
function isSigned(jwk: LuaValue, algorithm: LuaValue, signed: string, signature: string): boolean {
  try {
    const digest = isTable(algorithm) ? textOf(text(algorithm.get('digest'))) : '';
    const key = keyOf(JSON.stringify(toJson(jwk)));
    return verify(
      digest,
      Buffer.from(signed, 'latin1'),
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'latin1'),
    );
  } catch {
    return false;
  }
}

/** Keys that were read, by their JSON: an issuer has few. */
const keys = new Map<string, KeyObject>();
const mostKeys = 64;

function keyOf(json: string): KeyObject {
  const known = keys.get(json);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: JSON.parse(json) as JsonWebKey, format: 'jwk' });
  if (keys.size >= mostKeys) keys.clear();
  keys.set(json, key);
  return key;
}
