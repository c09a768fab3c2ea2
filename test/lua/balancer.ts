import { createServer as createSecureServer } from 'node:https';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSigned, type Question } from './servers.js';
import { createAuthority, issueLeaf } from '../../src/local/certificates-authority.js';

/** How a service behind the load balancer answers. */
export type ServiceState =
  'up' | 'no task' | 'refuses' | 'too slow' | { readonly status: number; readonly server?: string };

/** How the wake-up function answers. */
export type FunctionState = 'works' | 'down' | 'throttled' | 'cut' | 'fails once';

export interface WakeCall {
  readonly token: string | undefined;
  readonly body: string;
}

/** The name in the certificate of 8443. */
export const balancerName = 'api.dev.shop.localhost';
export const wakeToken = 'the-token-that-must-not-show';

/** A load balancer as the gateway sees it: services by Host, some of them without tasks, and the wake-up function. */
export class FakeBalancer {
  /** By the name before `.internal`; `up` where nothing is said. */
  readonly services = new Map<string, ServiceState>();
  readonly functionState = new Map<string, FunctionState>();
  readonly calls = new Map<string, WakeCall[]>();
  /** Requests that a service got, health checks aside: their bodies. */
  readonly served = new Map<string, Buffer[]>();
  readonly probes = new Map<string, number>();
  /** Milliseconds from a wake-up until the service answers; 100 where nothing is said. */
  readonly startMs = new Map<string, number>();

  /** What a service answers instead of the headers that it got, by its path. */
  readonly documents = new Map<string, (path: string) => string>();

  callsFor(service: string): readonly WakeCall[] {
    return this.calls.get(service) ?? [];
  }

  /** Answers a request of the gateway, or of its Lua. */
  readonly listener: RequestListener = (request, response) => {
    void this.#answer(request, response);
  };

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request).catch(() => undefined);
    if (body === undefined) return;
    const host = request.headers.host ?? '';
    if (host === 'wake.internal') {
      this.#wake(request, body.toString(), response);
      return;
    }
    if (request.url === '/verify') {
      response.end(String(isSigned(JSON.parse(body.toString()) as Question)));
      return;
    }
    const service = host.replace(/\.internal$/, '');
    const isProbe = request.url === '/health';
    if (isProbe) this.probes.set(service, (this.probes.get(service) ?? 0) + 1);
    const state = this.services.get(service) ?? 'up';
    if (state === 'up') {
      if (!isProbe) this.served.set(service, [...(this.served.get(service) ?? []), body]);
      const document = this.documents.get(service)?.(request.url ?? '/');
      response.setHeader('x-reached', 'service').end(document ?? JSON.stringify(request.rawHeaders));
      return;
    }
    const [status, server] =
      typeof state === 'object' ? [state.status, state.server] : [ownStatus[state], 'awselb/2.0'];
    if (server !== undefined) response.setHeader('Server', server);
    response.writeHead(status, { 'Content-Type': 'text/html' }).end('<center>own words</center>');
  }

  #wake(request: IncomingMessage, body: string, response: ServerResponse): void {
    const token = request.headers['x-wake-token'];
    const [service = ''] = (JSON.parse(body) as { readonly services: readonly string[] }).services;
    const calls = [...this.callsFor(service), { token: typeof token === 'string' ? token : undefined, body }];
    this.calls.set(service, calls);
    const state = this.functionState.get(service) ?? 'works';
    if (state === 'cut') {
      request.socket.destroy();
      return;
    }
    if (token !== wakeToken) {
      response.statusCode = 403;
      response.end('{"error":"The token is wrong."}');
      return;
    }
    const failed = { down: 502, throttled: 503, 'fails once': calls.length === 1 ? 500 : undefined, works: undefined }[
      state
    ];
    if (failed === undefined) {
      setTimeout(() => this.services.set(service, 'up'), this.startMs.get(service) ?? 100).unref();
      response.end('{"woken":[],"awake":0,"failed":[]}');
    } else response.writeHead(failed, { Server: 'awselb/2.0', 'Content-Length': 2 }).end('no');
  }
}

/** The load balancer's own answers: without targets, when a target refuses, when it takes too long. */
const ownStatus = { 'no task': 503, refuses: 502, 'too slow': 504 } as const;

/** Where a balancer listens: plain for what nginx proxies, by TLS for what the Lua asks. */
export interface ListeningBalancer {
  readonly port: number;
  readonly securePort: number;
  /** The authority that signed its certificate, PEM. */
  readonly authority: string;
  close(): Promise<void>;
}

export async function startBalancer(balancer: FakeBalancer): Promise<ListeningBalancer> {
  const { authority } = await createAuthority('Test', ['localhost'], Date.now());
  const { certPem, keyPem } = await issueLeaf(authority, [balancerName], [], Date.now());
  const plain = createServer({ maxHeaderSize: 1 << 20 }, balancer.listener);
  const secure = createSecureServer({ cert: certPem, key: keyPem }, balancer.listener);
  const ports = await Promise.all([plain, secure].map(listen));
  const [port = 0, securePort = 0] = ports;
  const close = async () => {
    await Promise.all([plain, secure].map((server) => end(server)));
  };
  return { port, securePort, authority: authority.certPem, close };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const end = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
