import { request } from 'node:http';
import { wakeModule, wakingSnippets, type WakeSettings } from '../../src/layers/gateway/waking.js';
import { pairs, header } from '../../src/local/http/headers.js';
import { startNginx, type Nginx, type Plan } from '../harness/nginx.js';
import { balancerName, startBalancer, wakeToken, FakeBalancer, type ListeningBalancer } from './balancer.js';
import type { WakeAnswer, WakeRequest, WakeRunner } from './wake-cases.js';

/** nginx with the waking Lua for some services, and the load balancer behind it. */
export interface WakingNginx {
  readonly balancer: FakeBalancer;
  readonly nginx: Nginx;
  runner(service: string): WakeRunner;
  stop(): Promise<void>;
}

export interface WakingOptions {
  /** Services, and what differs in their settings. */
  readonly services: Readonly<Record<string, Partial<WakeSettings>>>;
  readonly workers?: number;
  /** The name that the load balancer's certificate must have. */
  readonly serverName?: string;
  /** Who issues the tokens that every service asks for, a service itself. */
  readonly issuer?: string;
  /** What the gateway's task has as its token. */
  readonly token?: string;
}

export async function startWakingNginx(options: WakingOptions): Promise<WakingNginx> {
  const balancer = new FakeBalancer();
  const listening = await startBalancer(balancer);
  const plans = Object.entries(options.services).map(([service, own]): [string, Plan] => [
    service,
    planOf({ ...settingsOf(service, listening, options), ...own }, options.issuer),
  ]);
  const nginx = await startNginx({
    plans: Object.fromEntries(plans),
    servicePort: listening.port,
    fixturePort: listening.port,
    workers: options.workers ?? 2,
    authority: listening.authority,
    sandboxRequires: [wakeModule],
    environment: { WAKE_TOKEN: options.token ?? wakeToken },
  });
  return {
    balancer,
    nginx,
    runner: (service) => ({
      service,
      balancer,
      ask: (asked) => askNginx(nginx.port, `/${service}/`, asked),
      log: () => nginx.log(),
    }),
    stop: async () => {
      await nginx.stop();
      await listening.close();
    },
  };
}

/** `landfall-jwt` is before the snippets where there is an issuer; it finds it asleep with the settings that the service has. */
function planOf(settings: WakeSettings, issuer: string | undefined): Plan {
  const postFunctions = wakingSnippets({ ...settings, ...(settings.hold !== undefined && { reads_body: true }) });
  if (issuer === undefined) return { postFunctions };
  const host = `${issuer}.internal`;
  const needs = settings.needs && [{ service: issuer, host, path: '/health' }];
  const wake = { ...settings, service: issuer, scope: issuer, wake: JSON.stringify({ services: [issuer] }), needs };
  const config = { discovery_url: `http://${host}/.well-known/openid-configuration`, host, wake };
  return { postFunctions, plugins: [{ name: 'landfall-jwt', config }] };
}

/** The settings of a service that wakes alone. */
export const settingsOf = (
  service: string,
  { securePort }: ListeningBalancer,
  { serverName = balancerName }: WakingOptions,
): WakeSettings => ({
  service,
  balancer: { address: '127.0.0.1', port: securePort, server_name: serverName },
  scope: service,
  wake: JSON.stringify({ services: [service] }),
  retry_after: 45,
});

function askNginx(port: number, path: string, asked: WakeRequest = {}): Promise<WakeAnswer> {
  const { method = 'GET', accept, authorization, body, signal } = asked;
  const headers = {
    ...(accept !== undefined && { accept }),
    ...(authorization !== undefined && { authorization }),
    ...(body && { 'content-length': body.length }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false, signal }, (message) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.once('error', reject);
      message.once('end', () => {
        const got = pairs(message.rawHeaders);
        const text = Buffer.concat(chunks).toString();
        resolve({ status: message.statusCode ?? 0, header: (name) => header(got, name), body: text });
      });
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
