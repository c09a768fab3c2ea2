/**
 * `npx tsx bench/gateway-lua.ts`: what the gateway's Lua adds to a request, in microseconds. The service and the issuer answer at once,
 * in the same process; a request has 22 headers.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { readDeclarative } from '../src/layers/gateway/local/declarative.js';
import { LocalGateway } from '../src/layers/gateway/local/gateway.js';
import { stripIdentity, viewerAddress } from '../src/layers/gateway/lua.js';
import { realClock } from '../src/local/clock.js';
import type { Handler, HeaderPair } from '../src/local/contract/http.js';
import { json, text } from '../src/local/http/responses.js';
import { fakeRequest } from '../src/local/testing/fake-request.js';

const warmUp = 4000;
const measured = 4000;

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = { iss: 'issuer', sub: 'user-1', exp: Math.floor(Date.now() / 1000) + 3600 };
const signed = `${part({ alg: 'RS256', kid: 'one' })}.${part(claims)}`;
const token = `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;

const refuse = () => Promise.reject(new Error('No upgrade expected.'));
const service: Handler = { request: () => Promise.resolve(text(200, 'ok')), upgrade: refuse };
const documents = {
  '/discovery': { issuer: claims.iss, jwks_uri: 'http://issuer:8080/keys' },
  '/keys': { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] },
};
const issuer: Handler = {
  request: ({ target }) => Promise.resolve(json(200, documents[target as keyof typeof documents])),
  upgrade: refuse,
};

const headers: readonly HeaderPair[] = [
  ['Authorization', `Bearer ${token}`],
  ['CloudFront-Viewer-Address', '203.0.113.7:1'],
  ...Array.from({ length: 20 }, (_, index) => [`X-Header-${String(index)}`, 'a value of usual length'] as const),
];

const preFunction = (...access: readonly string[]) => ({ name: 'pre-function', config: { access } });
const tokenCheck = { name: 'landfall-jwt', config: { discovery_url: 'http://issuer:8080/discovery', host: 'issuer' } };
const rows: Readonly<Record<string, readonly object[]>> = {
  'no plugin': [],
  'an empty snippet': [preFunction('local _ = 1')],
  'strip-identity': [preFunction(stripIdentity)],
  'strip-identity, viewer-address': [preFunction(stripIdentity, viewerAddress)],
  'strip-identity, landfall-jwt': [preFunction(stripIdentity), tokenCheck],
};

for (const [name, plugins] of Object.entries(rows)) {
  const gateway = await start(plugins);
  for (let count = 0; count < warmUp; count += 1) await microseconds(gateway);
  const times: number[] = [];
  for (let count = 0; count < measured; count += 1) times.push(await microseconds(gateway));
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(measured * share)] ?? 0).toFixed(0);
  process.stdout.write(`${name}: p50 ${at(0.5)} µs, p90 ${at(0.9)} µs\n`);
  await gateway.close();
}

function start(plugins: readonly object[]): Promise<LocalGateway> {
  const routes = [{ name: 'all', paths: ['/'] }];
  const services = [{ name: 'service', host: 'service', port: 8443, protocol: 'https', plugins, routes }];
  const document = JSON.stringify({ _format_version: '3.0', services });
  return LocalGateway.start(readDeclarative(document, 'kong.yml'), {
    address: 'aws_ecs_service.gateway',
    clock: realClock,
    edgePort: 4400,
    reach: (_name, port) => (port === 8080 ? issuer : service),
  });
}

async function microseconds(gateway: LocalGateway): Promise<number> {
  const request = fakeRequest({ headers });
  const started = performance.now();
  await gateway.request(request);
  return (performance.now() - started) * 1000;
}
