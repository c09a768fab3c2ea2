import { LocalGateway } from '../../src/layers/gateway/local/gateway.js';
import { readDeclarative } from '../../src/layers/gateway/local/declarative.js';
import type { Clock } from '../../src/local/contract/clock.js';
import { realClock } from '../../src/local/clock.js';
import { UpstreamError, type Handler, type HttpRequest } from '../../src/local/contract/http.js';
import { header } from '../../src/local/http/headers.js';
import { text } from '../../src/local/http/responses.js';
import { createFakeClock } from '../../src/local/testing/fake-clock.js';
import { ask as askHandler } from '../../src/local/testing/fake-request.js';
import type { Nginx } from '../harness/nginx.js';
import { FakeIssuer, issuerAddress } from './issuer.js';
import type { JwtRunner } from './run-jwt-case.js';
import { ask } from './servers.js';
import { noon } from './tokens.js';

/** The plugin's configuration of a case, as `kong.yml` has it. */
export const jwtConfig = (id: string) => ({
  discovery_url: `${issuerAddress.base}/${id}/.well-known/openid-configuration`,
  host: issuerAddress.host,
});

/** A case by the Lua, in nginx. */
export const nginxRunner = (nginx: Nginx, plan: string, issuer: FakeIssuer): JwtRunner => ({
  issuer,
  setClock: (seconds) => nginx.setClock(seconds),
  ask: async (authorization) => {
    const answer = await ask(
      nginx.port,
      `/${plan}/`,
      authorization === undefined ? [] : [['Authorization', authorization]],
    );
    const { status, headers, service } = answer;
    return {
      status,
      header: (name) => header(headers, name),
      service: service && { header: (name) => header(service, name) },
    };
  },
});

/** A case by the same Lua, in the local gateway. */
export function localRunner(): JwtRunner {
  const issuer = new FakeIssuer('/local');
  const clock = createFakeClock(noon * 1000);
  // Its time stands still, but to wait for others takes real time.
  const waiting: Clock = { ...realClock, now: () => clock.now() };
  const refuse = () => Promise.reject(new Error('No upgrade expected.'));
  const issuerHandler: Handler = {
    request: async ({ target }) => {
      const answer = issuer.answer(target);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (answer === undefined) throw new UpstreamError('reset', 'cut');
      return text(answer.status, answer.body, Object.entries(answer.headers));
    },
    upgrade: refuse,
  };
  const reached = new Map<string, HttpRequest>();
  const service: Handler = {
    request: (request) => {
      reached.set(header(request.headers, 'x-request') ?? '', request);
      return Promise.resolve(text(200, 'ok'));
    },
    upgrade: refuse,
  };
  const gateway = LocalGateway.start(readDeclarative(JSON.stringify(declarative), 'kong.yml'), {
    address: 'aws_ecs_service.gateway',
    clock: waiting,
    edgePort: 4400,
    reach: (_name, port) => (port === 8080 ? issuerHandler : service),
  });
  let count = 0;
  return {
    issuer,
    setClock: (seconds) => clock.advance(seconds * 1000 - clock.now()),
    ask: async (authorization) => {
      const id = String((count += 1));
      const answer = await askHandler(await gateway, {
        headers: [
          ['X-Request', id],
          ...(authorization === undefined ? [] : [['Authorization', authorization] as const]),
        ],
      });
      const headers = reached.get(id)?.headers;
      return {
        status: answer.status,
        header: answer.header,
        service: headers && { header: (name) => header(headers, name) },
      };
    },
  };
}

const declarative = {
  _format_version: '3.0',
  services: [
    {
      name: 'offers',
      host: 'offers.upstream',
      port: 8443,
      protocol: 'https',
      routes: [{ name: 'offers-0', paths: ['/'], plugins: [{ name: 'landfall-jwt', config: jwtConfig('local') }] }],
    },
  ],
};
