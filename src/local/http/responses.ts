import type { HeaderPair, HttpResponse } from '../contract/http.js';

/** A text answer; `content-type` is `text/plain` unless `headers` says otherwise. */
export function text(status: number, body: string, headers: readonly HeaderPair[] = []): HttpResponse {
  return buffered(status, body, 'text/plain; charset=utf-8', headers);
}

export function json(status: number, value: unknown, headers: readonly HeaderPair[] = []): HttpResponse {
  return buffered(status, JSON.stringify(value), 'application/json; charset=utf-8', headers);
}

/** An answer without a body. 204 and 304 get no `content-length`. */
export function empty(status: number, headers: readonly HeaderPair[] = []): HttpResponse {
  const length: readonly HeaderPair[] = status === 204 || status === 304 ? [] : [['Content-Length', '0']];
  return { status, headers: [...headers, ...length], body: null };
}

function buffered(status: number, body: string, type: string, headers: readonly HeaderPair[]): HttpResponse {
  const bytes = Buffer.from(body);
  const typed = headers.some(([name]) => name.toLowerCase() === 'content-type');
  const all: HeaderPair[] = typed ? [...headers] : [['Content-Type', type], ...headers];
  all.push(['Content-Length', String(bytes.length)]);
  return { status, headers: all, body: bytes };
}
