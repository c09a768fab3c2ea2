import { LocalGateway, type GatewayContext } from '../../src/layers/gateway/local/gateway.js';
import { readDeclarative } from '../../src/layers/gateway/local/declarative.js';
import { realClock } from '../../src/local/clock.js';
import type { Clock } from '../../src/local/contract/clock.js';
import { UpstreamError, type Handler, type HeaderPair, type HttpRequest } from '../../src/local/contract/http.js';
import { header } from '../../src/local/http/headers.js';
import { text } from '../../src/local/http/responses.js';
import { ask, type FakeRequest } from '../../src/local/testing/fake-request.js';
import type { Plan } from '../harness/nginx.js';
import type { FakeIssuer } from './issuer.js';
import type { Answer } from './servers.js';
import type { SnippetPlace } from './snippet-place.js';

export interface LocalLuaOptions {
  /** By name, as nginx gets them. */
  readonly plans: Readonly<Record<string, Plan>>;
  /** By the number that their paths begin with. */
  readonly issuers?: ReadonlyMap<string, FakeIssuer>;
  /** Who is behind all plans; default: one that answers 200. The Host is `NAME.internal`. */
  readonly service?: Handler;
  /** The task's variables, the image's settings, and whom sockets trust. */
  readonly gateway?: Pick<GatewayContext, 'env' | 'settings' | 'caCertificate'>;
}

/** The local gateway as a place, and how to ask it in full. */
export interface LocalPlace extends SnippetPlace {
  request(plan: string, request: FakeRequest): Promise<Answer>;
}

const noUpgrade = () => Promise.reject(new Error('No upgrade expected.'));

/** The same Lua in the local gateway: plans by path, one service behind all, issuers behind 8080. */
export async function startLocalLua({ plans, issuers = new Map(), ...more }: LocalLuaOptions): Promise<LocalPlace> {
  const lines: string[] = [];
  const got = new Map<string, HttpRequest>();
  let seconds: number | undefined;
  // Time may stand still; to wait takes real time.
  const clock: Clock = { ...realClock, now: () => (seconds === undefined ? realClock.now() : seconds * 1000) };
  const stopping = new AbortController();
  const service: Handler = {
    request: (request) => {
      got.set(header(request.headers, 'x-number') ?? '', request);
      return more.service?.request(request) ?? Promise.resolve(text(200, 'from the service'));
    },
    upgrade: noUpgrade,
  };
  const gateway = await LocalGateway.start(readDeclarative(JSON.stringify(declarativeOf(plans)), 'kong.yml'), {
    address: 'aws_ecs_service.gateway',
    clock,
    edgePort: 4400,
    reach: (_name, port) => (port === 8080 ? issuerHandler(issuers) : service),
    dial: (host, port) => ({ host, port }),
    log: (_level, message) => lines.push(message),
    signal: stopping.signal,
    ...more.gateway,
  });
  let count = 0;
  const request = async (plan: string, { headers = [], ...rest }: FakeRequest): Promise<Answer> => {
    const number = String((count += 1));
    const all: readonly HeaderPair[] = [...headers, ['X-Number', number]];
    const peer = { address: '127.0.0.1', port: 50_000 };
    const answer = await ask(gateway, { target: `/${plan}/`, headers: all, peer, tls: false, ...rest });
    return { ...answer, service: got.get(number)?.headers };
  };
  return {
    request,
    ask: (plan, headers = []) => request(plan, { headers }),
    setClock: (at) => {
      seconds = at;
      return Promise.resolve();
    },
    log: () => Promise.resolve(lines.join('\n')),
    stop: async () => {
      stopping.abort();
      await gateway.close();
    },
  };
}

function declarativeOf(plans: Readonly<Record<string, Plan>>): object {
  return {
    _format_version: '3.0',
    services: Object.entries(plans).map(([name, { functions, postFunctions, plugins = [] }]) => ({
      name,
      host: `${name}.upstream`,
      port: 8443,
      protocol: 'https',
      plugins: [
        ...(functions === undefined ? [] : [{ name: 'pre-function', config: functions }]),
        ...(postFunctions === undefined ? [] : [{ name: 'post-function', config: postFunctions }]),
        ...plugins,
      ],
      routes: [{ name, paths: [`/${name}/`] }],
    })),
    upstreams: Object.keys(plans).map((name) => ({
      name: `${name}.upstream`,
      host_header: `${name}.internal`,
      targets: [{ target: 'alb.shop.local:8443' }],
    })),
  };
}

const issuerHandler = (issuers: ReadonlyMap<string, FakeIssuer>): Handler => ({
  request: async ({ target }) => {
    const answer = issuers.get(target.split('/')[1] ?? '')?.answer(target);
    // Not at once: others ask meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (answer === undefined) throw new UpstreamError('reset', 'cut');
    return text(answer.status, answer.body, Object.entries(answer.headers));
  },
  upgrade: noUpgrade,
});
