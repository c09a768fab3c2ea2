import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to a request: a status without effect, the connection cut while its body is sent, or no answer at all. */
export type Fault = number | 'cut' | 'stall';

/** Stands before a registry and passes requests on, less what a fault takes. */
export interface FaultyRegistry {
  /** Such as `127.0.0.1:40123`. */
  readonly host: string;
  /** Requests as `METHOD /path`, and what became of those that a fault took: `PUT /v2/… → cut`. */
  readonly seen: readonly string[];
  /** @param matching requests as in `seen` @param times how many of them, the next ones */
  fail(matching: RegExp, fault: Fault, times: number): void;
  /** From now on only this password is let in; before that, everyone is. */
  demand(password: string): void;
  stop(): Promise<void>;
}

/** @param registry its host and port, asked for at each request */
export async function startFaultyRegistry(registry: () => string): Promise<FaultyRegistry> {
  const seen: string[] = [];
  const faults: { readonly matching: RegExp; readonly fault: Fault; times: number }[] = [];
  let demanded: string | undefined;
  const server = createServer((incoming, response) => {
    const line = `${incoming.method ?? ''} ${incoming.url ?? ''}`;
    const taken = faults.find(({ matching, times }) => times > 0 && matching.test(line));
    if (taken !== undefined) {
      taken.times -= 1;
      seen.push(`${line} → ${String(taken.fault)}`);
      fail(taken.fault, incoming, response);
    } else if (demanded !== undefined && passwordOf(incoming) !== demanded) {
      seen.push(`${line} → 401`);
      fail(401, incoming, response);
    } else {
      seen.push(line);
      passOn(registry(), incoming, response);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    seen,
    fail: (matching, fault, times) => faults.push({ matching, fault, times }),
    demand: (password) => (demanded = password),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function fail(fault: Fault, incoming: IncomingMessage, response: ServerResponse): void {
  if (fault === 'stall') return;
  if (fault === 'cut') {
    // A body's first part arrives, or none is sent.
    incoming.once('data', () => incoming.socket.destroy());
    incoming.once('end', () => incoming.socket.destroy());
    return;
  }
  const challenge = fault === 401 ? { 'www-authenticate': 'Basic realm="registry"' } : {};
  const code = fault === 401 ? 'UNAUTHORIZED' : fault === 403 ? 'DENIED' : 'UNAVAILABLE';
  incoming.resume();
  response.writeHead(fault, { 'content-type': 'application/json', ...challenge });
  response.end(JSON.stringify({ errors: [{ code, message: `answered ${String(fault)}` }] }));
}

function passOn(registry: string, incoming: IncomingMessage, response: ServerResponse): void {
  const [host = '', port = ''] = registry.split(':');
  // With the client's own Host header the registry names this address for what comes next.
  const { method, url, headers } = incoming;
  const outgoing = request({ host, port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  incoming.on('error', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

function passwordOf({ headers }: IncomingMessage): string | undefined {
  const basic = /^Basic (.*)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  return /^AWS:(.*)$/.exec(Buffer.from(basic, 'base64').toString())?.[1];
}
