import { Readable } from 'node:stream';
import type { Handler, HeaderPair, HttpRequest, HttpResponse } from '../contract/http.js';
import { header } from '../http/headers.js';
import { TraceStore, type OpenTrace } from '../trace.js';
import { createFakeClock } from './fake-clock.js';

export interface FakeRequest {
  readonly method?: string;
  /** Path and query; default `/`. */
  readonly target?: string;
  /** Default `api.shop.localhost`. */
  readonly host?: string;
  readonly headers?: readonly HeaderPair[];
  readonly body?: Readable;
  readonly peer?: HttpRequest['peer'];
  /** Default true. */
  readonly tls?: boolean;
  readonly signal?: AbortSignal;
}

const tlsFacts = { serverName: 'api.shop.localhost', protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' };

/** A request as a server hands it on, with a trace that can be read. */
export function fakeRequest(request: FakeRequest = {}): HttpRequest & { readonly trace: OpenTrace } {
  const { method = 'GET', target = '/', host = 'api.shop.localhost' } = request;
  return {
    method,
    target,
    httpVersion: '2.0',
    headers: [['Host', host], ...(request.headers ?? [])],
    body: request.body ?? null,
    peer: request.peer ?? { address: '198.51.100.7', port: 50_000 },
    tls: request.tls === false ? undefined : tlsFacts,
    signal: request.signal ?? new AbortController().signal,
    trace: new TraceStore({ clock: createFakeClock() }).begin({ method, host, path: target }),
  };
}

/** An answer as a test looks at it. */
export interface FakeAnswer {
  readonly status: number;
  readonly headers: readonly HeaderPair[];
  readonly body: string;
  header(name: string): string | undefined;
}

/** Asks a handler and reads the whole answer. */
export async function ask(handler: Handler | undefined, request: FakeRequest | HttpRequest = {}): Promise<FakeAnswer> {
  if (handler === undefined) throw new Error('Nobody answers there.');
  const response = await handler.request('trace' in request ? request : fakeRequest(request));
  const body = await textOf(response);
  return { ...response, body, header: (name) => header(response.headers, name) };
}

async function textOf({ body }: HttpResponse): Promise<string> {
  if (body === null) return '';
  if (Buffer.isBuffer(body)) return body.toString();
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A handler of one function that takes no upgrades, and the requests it got. */
export interface RecordingHandler extends Handler {
  readonly got: HttpRequest[];
}

/** Answers with `respond`; default 200 `ok`. */
export function recording(
  respond: (request: HttpRequest) => HttpResponse | Promise<HttpResponse> = () => plain(200, 'ok'),
): RecordingHandler {
  const got: HttpRequest[] = [];
  return {
    got,
    request: async (request) => {
      got.push(request);
      return respond(request);
    },
    upgrade: () => Promise.reject(new Error('No upgrade expected.')),
  };
}

export function plain(status: number, body: string, headers: readonly HeaderPair[] = []): HttpResponse {
  return { status, headers, body: Buffer.from(body) };
}
