import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stringify } from 'yaml';
import { fixed, forward } from '../../src/layers/alb/local/testing/load-balancer.js';
import { readDeclarative } from '../../src/layers/gateway/local/declarative.js';
import { LocalGateway } from '../../src/layers/gateway/local/gateway.js';
import { stripIdentity } from '../../src/layers/gateway/lua.js';
import { pairs } from '../../src/local/http/headers.js';
import { createUpstream } from '../../src/local/http/client.js';
import { inAlb, type AlbPlace } from './alb-place.js';

/** What CloudFront sends in `X-Origin-Verify`. */
export const secret = 'c0rrecth0rsebattery';

/** One request that a service got. */
export interface Seen {
  readonly service: string;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** Load balancer, gateway, load balancer, services: each listener and each service on a real port. */
export interface Chain {
  readonly ports: Readonly<Record<'80' | '443' | '8080', number>>;
  readonly seen: readonly Seen[];
}

const byHost = (name: string) => [{ host_header: [{ values: [name] }] }];

export async function inChain(use: (chain: Chain) => Promise<void>): Promise<void> {
  const seen: Seen[] = [];
  await inAlb(
    async (place) => {
      const { lb } = place;
      const gateway = await LocalGateway.start(readDeclarative(stringify(kong), 'kong.yml'), {
        address: 'aws_ecs_service.gateway',
        clock: lb.plane.clock,
        edgePort: 4400,
        reach: (name, port) => (name === 'alb.shop.local' ? lb.plane.registry.reach(lb.dnsName, port) : undefined),
      });
      const public443 = await lb.listener(443, fixed(403));
      const verified = [{ http_header: [{ http_header_name: 'X-Origin-Verify', values: [secret] }] }];
      await lb.rule('verify', public443, 1, verified, forward(await lb.group('gateway', { gateway })));
      const internal = await lb.listener(8443, fixed(404));
      const discovery = await lb.listener(8080, fixed(404));
      for (const [index, name] of ['offers', 'admin', 'auth'].entries()) {
        const group = forward(await lb.group(name, { [name]: await service(name, seen, place) }));
        await lb.rule(name, internal, index + 1, byHost(`${name}.internal`), group);
        const path = [{ path_pattern: [{ values: ['/auth/.well-known/*'] }] }];
        if (name === 'auth') await lb.rule('discovery', discovery, 1, path, group);
      }
      const redirect = [{ protocol: 'HTTPS', port: '443', status_code: 'HTTP_301' }];
      await lb.listener(80, { type: 'redirect', redirect });
      const ports = {
        80: await place.open('alb-80'),
        443: await place.open('alb-443'),
        8080: await place.open('alb-8080'),
      };
      await use({ ports, seen });
    },
    { drop_invalid_header_fields: true, desync_mitigation_mode: 'defensive' },
  );
}

/** A Node server, as services are. */
async function service(name: string, seen: Seen[], place: AlbPlace) {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { method = '', url = '', rawHeaders } = request;
      seen.push({ service: name, method, target: url, headers: pairs(rawHeaders), body });
      response.end(`${name} answers`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream = createUpstream({ origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` });
  place.closing(() => upstream.close());
  place.closing(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return upstream;
}

const route = (name: string, plugins: readonly object[]) => ({
  name,
  host: `${name}.upstream`,
  port: 8443,
  protocol: 'https',
  routes: [{ name, paths: [`~/${name}(?:/|$)`], regex_priority: 7, plugins }],
});

const token = {
  discovery_url: 'http://alb.shop.local:8080/auth/.well-known/openid-configuration',
  host: 'alb.shop.local:8080',
};

/** `/offers` is open, `/admin` needs a token. */
const kong = {
  _format_version: '3.0',
  plugins: [
    { name: 'request-size-limiting', config: { allowed_payload_size: 1, size_unit: 'megabytes' } },
    { name: 'pre-function', config: { access: [stripIdentity] } },
    { name: 'correlation-id', config: { header_name: 'X-Request-Id', generator: 'uuid', echo_downstream: true } },
  ],
  services: [route('offers', []), route('admin', [{ name: 'landfall-jwt', config: token }])],
  upstreams: ['offers', 'admin'].map((name) => ({
    name: `${name}.upstream`,
    host_header: `${name}.internal`,
    targets: [{ target: 'alb.shop.local:8443' }],
  })),
};

const identity = /^x-(user-|consumer-|userinfo$|viewer-address$)/;

/** Throws unless this request came through the gateway, says nothing of who sent it, and is for what is open. */
export function assertVerified({ service, target, headers }: Seen): void {
  const values = (wanted: string) =>
    headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  const names = headers.map(([name]) => name.toLowerCase().replaceAll(/[_.\s]/g, '-'));
  assert.equal(service, 'offers');
  assert.deepEqual(
    names.filter((name) => identity.test(name)),
    [],
  );
  assert.deepEqual(values('host'), ['offers.internal:8443']);
  assert.equal(values('x-request-id').length, 1);
  assert.deepEqual(values('x-forwarded-proto'), ['https']);
  assert.ok(values('content-length').length + values('transfer-encoding').length <= 1);
  const { pathname } = new URL(target, 'http://service');
  assert.match(pathname, /^\/offers(\/|$)/);
}
