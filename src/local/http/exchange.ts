import { ServerResponse, STATUS_CODES } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { Handler, HttpRequest, HttpResponse } from '../contract/http.js';
import { UpstreamError } from '../contract/http.js';
import type { OpenTrace, TraceStore } from '../trace.js';
import type { Connections } from './connections.js';
import { isBehindTheLast, remember, type Arrival } from './framing.js';
import { readHead } from './incoming.js';
import { TRACE_HEADER, writeResponse, type Outgoing } from './outgoing.js';
import { empty, text } from './responses.js';
import { refuseUpgrade } from './upgrade.js';

/** What every exchange of one server shares. */
export interface ServerContext {
  readonly handler: Handler;
  readonly traces: TraceStore;
  readonly connections: Connections;
  readonly onError?: (error: unknown, traceId: string) => void;
  /** Answers what is no request: with 400, 408 or 431. Its body is bytes or null. */
  readonly refusal?: (status: 400 | 408 | 431) => HttpResponse;
}

/** One request and its response. */
export function answer(
  context: ServerContext,
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
): void {
  if (isBehindTheLast(request)) return;
  const out: Outgoing = response instanceof ServerResponse ? response : response.stream;
  const head = readHead(request);
  const method = head?.method ?? request.method ?? '';
  const trace = context.traces.begin({ method, host: hostOf(head), path: head?.target ?? request.url ?? '' });
  const client = new AbortController();
  const socket = 'stream' in request ? undefined : request.socket;
  if (socket) context.connections.began(socket);
  out.once('close', () => {
    if (socket) context.connections.ended(socket);
    head?.body?.destroy();
    if (out.writableFinished) return;
    trace.finish('aborted');
    client.abort(new UpstreamError('aborted', 'The client left.'));
  });
  if (!head) {
    send(context, out, trace, method, refusalOf(context), true);
    return;
  }
  const whole = { ...head, signal: client.signal, trace };
  void respond(context, out, whole, trace, remember(whole, request));
}

const refusalOf = ({ refusal }: ServerContext): HttpResponse =>
  refusal?.(400) ?? text(400, 'Bad request: the target must be a path, and exactly one host must be named.\n');

async function respond(
  context: ServerContext,
  out: Outgoing,
  request: HttpRequest,
  trace: OpenTrace,
  arrival: Arrival,
): Promise<void> {
  try {
    const response = await context.handler.request(request);
    send(context, out, trace, request.method, response, context.connections.closing || arrival.ends);
  } catch (error) {
    if (request.signal.aborted) return;
    context.onError?.(error, trace.id);
    if (out.headersSent) out.destroy();
    else send(context, out, trace, request.method, internalError(trace.id));
  }
}

function send(
  context: ServerContext,
  out: Outgoing,
  trace: OpenTrace,
  method: string,
  response: HttpResponse,
  last = context.connections.closing,
): void {
  writeResponse(out, { method, traceId: trace.id, last }, response, (error) => {
    // A client that leaves ends the body early; that is no failure of ours.
    if (!isDeparture(error)) context.onError?.(error, trace.id);
  });
  trace.finish(response.status);
}

/** One `Upgrade` request. The handler owns the socket from here on. */
export function answerUpgrade(context: ServerContext, incoming: IncomingMessage, socket: Socket, head: Buffer): void {
  if (isBehindTheLast(incoming)) {
    socket.destroySoon();
    return;
  }
  const requestHead = readHead(incoming, true);
  const method = incoming.method ?? '';
  const path = requestHead?.target ?? incoming.url ?? '';
  const trace = context.traces.begin({ method, host: hostOf(requestHead), path });
  const client = new AbortController();
  context.connections.upgraded(socket);
  // Without a listener a reset would end the process.
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    trace.finish('aborted');
    client.abort(new UpstreamError('aborted', 'The client left.'));
  });
  if (!requestHead) {
    refuseUpgrade(socket, { method, trace }, refusalOf(context));
    return;
  }
  const whole = { ...requestHead, signal: client.signal, trace };
  remember(whole, incoming);
  void upgrade(context, whole, socket, head, trace);
}

async function upgrade(
  context: ServerContext,
  request: HttpRequest,
  socket: Socket,
  head: Buffer,
  trace: OpenTrace,
): Promise<void> {
  const writtenBefore = socket.bytesWritten;
  try {
    await context.handler.upgrade(request, socket, head);
    trace.finish(101);
  } catch (error) {
    if (request.signal.aborted) return;
    context.onError?.(error, trace.id);
    if (socket.bytesWritten > writtenBefore) socket.destroy();
    else refuseUpgrade(socket, request, internalError(trace.id));
  }
}

/** Bytes that are no HTTP request: a short answer, and the connection ends. */
export function answerMalformed(context: ServerContext, error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  if (context.connections.isBusy(socket)) {
    // What comes behind the last request of a connection harms nobody; else an answer that is there already may still go out.
    if (error.code !== 'HPE_CLOSED_CONNECTION') setImmediate(() => socket.destroySoon());
    return;
  }
  const status = statusOf(error.code);
  const { status: answered, headers, body } = context.refusal?.(status) ?? empty(status);
  const trace = context.traces.begin({ method: '', host: '', path: '' });
  trace.finish(answered);
  const fields = [...headers, ['Connection', 'close'], [TRACE_HEADER, trace.id]].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`HTTP/1.1 ${String(answered)} ${STATUS_CODES[answered] ?? ''}\r\n${fields.join('')}\r\n`, 'latin1');
  if (Buffer.isBuffer(body)) socket.end(body);
  else socket.end();
}

function statusOf(code: string | undefined): 400 | 408 | 431 {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}

function internalError(traceId: string): ReturnType<typeof text> {
  return text(500, `Internal error in the local plane. Trace: ${traceId}\n`);
}

function hostOf(head: { readonly headers: HttpRequest['headers'] } | undefined): string {
  return head?.headers.find(([name]) => name.length === 4 && name.toLowerCase() === 'host')?.[1] ?? '';
}

function isDeparture(error: unknown): boolean {
  if (error instanceof UpstreamError) return error.reason === 'aborted';
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
