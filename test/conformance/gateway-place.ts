import { validateProject } from '../../src/config/problems.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { dockerfile } from '../../src/layers/gateway/image.js';
import { kongYml } from '../../src/layers/gateway/kong-yml.js';
import { readDeclarative } from '../../src/layers/gateway/local/declarative.js';
import { LocalGateway } from '../../src/layers/gateway/local/gateway.js';
import { settingsIn } from '../../src/layers/gateway/local/image-settings.js';
import type { HttpRequest, HttpResponse } from '../../src/local/contract/http.js';
import { header } from '../../src/local/http/headers.js';
import { text } from '../../src/local/http/responses.js';
import { createFakeClock } from '../../src/local/testing/fake-clock.js';
import { ask, recording, type FakeAnswer, type FakeRequest } from '../../src/local/testing/fake-request.js';
import { refsOf } from '../../src/stack/refs.js';
import type { ConformanceCase } from './case.js';

/** The shop's gateway, from the `kong.yml` that Landfall writes for it. */
const project = validateProject({
  project: 'shop',
  region: 'eu-central-1',
  services: {
    auth: {
      type: 'nestjs',
      path: 'a',
      port: 3001,
      routes: [{ path: '/auth' }],
      oidc: { discovery: '/auth/.well-known/*' },
    },
    offers: {
      type: 'nestjs',
      path: 'b',
      port: 3002,
      routes: [
        { path: '/offers', methods: ['GET'] },
        { path: '/offers', methods: ['POST'], auth: 'jwt' },
        { path: '/v1.0' },
      ],
    },
    deep: { type: 'nestjs', path: 'c', port: 3003, routes: [{ path: '/offers/deep' }] },
    admin: { type: 'spa', path: 'd', subdomain: 'spa', outputDir: 'dist' },
  },
  environments: { dev: { domain: 'dev.example.com', gateway: { maxBodySize: '1mb' } } },
});

/** A gateway with one service behind it, which answers for all. */
export interface GatewayPlace {
  /** What the service got. */
  readonly got: readonly HttpRequest[];
  ask(request?: FakeRequest): Promise<FakeAnswer>;
}

/** @param respond what the service answers; default 200 */
export function gatewayPlace(
  respond: (request: HttpRequest) => HttpResponse | Promise<HttpResponse> = () => text(200, 'ok'),
): GatewayPlace {
  const config = resolveConfig(project, 'dev');
  const service = recording(respond);
  const gateway = LocalGateway.start(readDeclarative(kongYml(config, refsOf(config)), 'kong.yml'), {
    address: 'aws_ecs_service.gateway',
    clock: createFakeClock(),
    edgePort: 4400,
    settings: settingsIn(dockerfile(config)),
    reach: (_name, port) => (port === 8443 ? service : undefined),
  });
  return { got: service.got, ask: async (request) => ask(await gateway, request) };
}

/** The origin of the shop's front end. */
export const origin = 'https://spa.dev.example.com';

/** Which service a request went to: the Host that it has, without `.internal`. */
export const serviceOf = (request: HttpRequest | undefined): string | undefined =>
  request && (header(request.headers, 'host') ?? '').replace(/\.internal$/, '');

export const messageOf = ({ body }: FakeAnswer): unknown =>
  (JSON.parse(body) as { readonly message?: unknown }).message;

export const gatewayCase = (name: string, source: string, run: ConformanceCase['run']): ConformanceCase => ({
  layer: 'gateway',
  name,
  source,
  run,
});
