import {
  createServer,
  request,
  type IncomingMessage,
  type RequestListener,
  type RequestOptions,
  type Server,
} from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { realClock } from '../../clock.js';
import type { Handler } from '../../contract/http.js';
import { TraceStore } from '../../trace.js';
import { createUpstream, type Upstream, type UpstreamOptions } from '../client.js';
import { serve, type RunningServer, type ServeOptions } from '../server.js';

export interface Served extends RunningServer {
  readonly traces: TraceStore;
  readonly errors: unknown[];
}

/** A server of ours on a free port, closed when the test ends. */
export async function served(
  handler: Handler['request'] | Handler,
  options: Partial<ServeOptions> = {},
): Promise<Served> {
  const traces = new TraceStore({ clock: realClock });
  const errors: unknown[] = [];
  const whole = typeof handler === 'function' ? { request: handler, upgrade: noUpgrade } : handler;
  const server = await serve({
    port: 0,
    handler: whole,
    traces,
    clock: realClock,
    onError: (error) => errors.push(error),
    ...options,
  });
  onTestFinished(() => server.close({ graceMs: 0 }));
  return { ...server, traces, errors };
}

function noUpgrade(): Promise<void> {
  return Promise.reject(new Error('No upgrade expected.'));
}

/** A plain Node server on a free port. */
export async function origin(listener: RequestListener): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, server };
}

export function upstream(url: string, options: Partial<UpstreamOptions> = {}): Upstream {
  const made = createUpstream({ origin: url, ...options });
  onTestFinished(() => made.close());
  return made;
}

export interface Answer {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** One request through `node:http` with `Connection: close`. */
export function call(port: number, options: RequestOptions = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, agent: false, ...options }, (response) => {
      resolve(collected(response));
    });
    outgoing.on('error', reject).end(body);
  });
}

export async function collected(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const { rawHeaders, headers } = response;
  return { status: response.statusCode ?? 0, rawHeaders, headers, body: Buffer.concat(chunks).toString() };
}

export interface Dialled {
  readonly socket: Socket;
  readonly received: () => string;
  readonly closed: Promise<unknown>;
}

/** A raw connection, with all that has come by it so far. */
export async function dial(port: number): Promise<Dialled> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return { socket, received: () => received, closed };
}

/** A promise with its own resolve. */
export function gate<T = void>(): { readonly opened: Promise<T>; readonly open: (value: T) => void } {
  const settle: { open: (value: T) => void } = { open: () => undefined };
  const opened = new Promise<T>((resolve) => (settle.open = resolve));
  return {
    opened,
    open: (value) => {
      settle.open(value);
    },
  };
}
