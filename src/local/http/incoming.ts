import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { HeaderPair, HttpRequest, TlsFacts } from '../contract/http.js';
import { endToEnd, pairs } from './headers.js';
import { RequestBody } from './request-body.js';

export type Incoming = IncomingMessage | Http2ServerRequest;

/** All of a request but its trace and signal. */
export type RequestHead = Omit<HttpRequest, 'trace' | 'signal'>;

interface ConnectionFacts {
  readonly peer: HttpRequest['peer'];
  readonly tls: TlsFacts | undefined;
}

const factsOf = new WeakMap<object, ConnectionFacts>();

/**
 * Undefined when the request names no host, several, or none that is one, or when its target is no path: it is to be answered 400
 * (RFC 9112 §3.2, RFC 9113 §8.3.1).
 */
export function readHead(request: Incoming, keepUpgrade = false): RequestHead | undefined {
  return 'stream' in request ? readH2(request) : readH1(request, keepUpgrade);
}

function readH1(request: IncomingMessage, keepUpgrade: boolean): RequestHead | undefined {
  const raw = pairs(request.rawHeaders);
  const { target, authority } = originForm(request.url ?? '');
  const hosts = raw.filter(([name]) => name.length === 4 && name.toLowerCase() === 'host');
  if (!isPath(target, request.method) || hosts.length > 1 || !isHost(authority ?? hosts[0]?.[1])) return undefined;
  const httpVersion = request.httpVersion === '1.0' ? '1.0' : '1.1';
  let headers = keepUpgrade ? raw : endToEnd(raw);
  if (hosts.length === 0) {
    if (httpVersion === '1.1') return undefined;
    headers = [
      ['Host', authority ?? `${request.socket.localAddress ?? ''}:${String(request.socket.localPort)}`],
      ...headers,
    ];
  } else if (authority !== undefined) {
    headers = headers.map((pair) => (pair[0].toLowerCase() === 'host' ? [pair[0], authority] : pair));
  }
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  const hasBody = encoding !== undefined || (length !== undefined && length !== '0');
  return {
    method: request.method ?? 'GET',
    target,
    httpVersion,
    headers,
    body: hasBody && !keepUpgrade ? new RequestBody(request) : null,
    ...connectionFacts(request.socket),
  };
}

function readH2(request: Http2ServerRequest): RequestHead | undefined {
  const headers: HeaderPair[] = [];
  const cookies: string[] = [];
  const hosts: string[] = [];
  let authority: string | undefined;
  for (const pair of pairs(request.rawHeaders)) {
    const [name, value] = pair;
    if (name === ':authority') authority = value;
    else if (name === 'host') hosts.push(value);
    else if (name === 'cookie') cookies.push(value);
    else if (!name.startsWith(':')) headers.push(pair);
  }
  const target = request.headers[':path'];
  const named = authority ?? hosts[0];
  if (target === undefined || named === undefined || !isPath(target, request.method) || !isHost(named))
    return undefined;
  if (hosts.some((host) => host.toLowerCase() !== named.toLowerCase())) return undefined;
  // RFC 9113 §8.2.3: crumbs become one line again for HTTP/1.1.
  if (cookies.length > 0) headers.push(['cookie', cookies.join('; ')]);
  return {
    method: request.method,
    target,
    httpVersion: '2.0',
    headers: [['host', named], ...endToEnd(headers)],
    body: request.stream.endAfterHeaders ? null : new RequestBody(request.stream),
    ...connectionFacts(request.stream.session?.socket ?? request.socket, request.stream.session),
  };
}

const isPath = (target: string, method: string | undefined): boolean =>
  target.startsWith('/') || (target === '*' && method === 'OPTIONS');

/** A name or an address, with or without a port; an empty one names none, which is allowed. No user, no path. */
const isHost = (host = ''): boolean => /^(?:[\w\-.~%!$&'()*+,;=]*|\[[\da-f:.]+\])(?::\d*)?$/i.test(host);

/** `GET http://host/path` (RFC 9112 §3.2.2): its host overrides the `Host` field. */
function originForm(url: string): { target: string; authority: string | undefined } {
  const absolute = /^https?:\/\/([^/?#]*)([^#]*)/i.exec(url);
  if (!absolute) return { target: url, authority: undefined };
  const rest = absolute[2] ?? '';
  return { target: rest.startsWith('/') ? rest : `/${rest}`, authority: absolute[1] };
}

function connectionFacts(socket: Duplex & Partial<ConnectionSocket>, key: object = socket): ConnectionFacts {
  const known = factsOf.get(key);
  if (known) return known;
  const facts = {
    peer: { address: (socket.remoteAddress ?? '').replace(/^::ffff:/, ''), port: socket.remotePort ?? 0 },
    tls: tlsFacts(socket),
  };
  factsOf.set(key, facts);
  return facts;
}

interface ConnectionSocket {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

function tlsFacts(socket: Duplex): TlsFacts | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const serverName: unknown = Reflect.get(socket, 'servername');
  return {
    serverName: typeof serverName === 'string' ? serverName : undefined,
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
  };
}
