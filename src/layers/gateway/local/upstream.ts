import type { HeaderPair, HttpRequest } from '../../../local/contract/http.js';
import { header, withHeader } from '../../../local/http/headers.js';
import type { Declarative, DeclaredService } from './declarative.js';
import { upstreamTarget } from './paths.js';

/** A service's upstream: where it is, and the Host it wants. */
export interface Upstream {
  readonly name: string;
  readonly port: number;
  readonly hostHeader: string | undefined;
}

export function upstreamOf(declarative: Declarative, service: DeclaredService): Upstream {
  const upstream = declarative.upstreams.find(({ name }) => name === service.host);
  const [target] = upstream?.targets ?? [];
  if (target === undefined) return { name: service.host, port: service.port, hostHeader: undefined };
  const [name = '', port = String(service.port)] = target.target.split(':');
  return { name, port: Number(port), hostHeader: upstream?.host_header };
}

/** The request as Kong sends it on. @see https://developer.konghq.com/gateway/entities/route/#preserve-host (read 2026-11-23) */
export function forwarded(request: HttpRequest, { hostHeader, name, port }: Upstream): HttpRequest {
  const host = header(request.headers, 'host') ?? '';
  const set = (headers: readonly HeaderPair[], key: string, value: string) =>
    header(headers, key) === undefined ? withHeader(headers, key, value) : headers;
  let headers = set(request.headers, 'X-Forwarded-Host', host.replace(/:\d+$/, ''));
  headers = set(headers, 'X-Forwarded-Path', request.target.split('?', 1)[0] ?? '/');
  headers = withHeader(headers, 'Host', hostHeader ?? `${name}:${String(port)}`);
  return { ...request, target: upstreamTarget(request.target), headers };
}
