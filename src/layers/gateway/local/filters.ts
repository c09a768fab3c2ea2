import { pipeline, Readable, Transform } from 'node:stream';
import type { HeaderPair, HttpResponse } from '../../../local/contract/http.js';
import type { Chunk, Exchange, Plugin } from './plugin.js';

/** Of these nginx has one each: the service's counts. */
const single: ReadonlySet<string> = new Set(['content-type', 'content-length', 'server', 'date', 'last-modified']);

/**
 * A response on its way through the plugins, as Kong sends it: header filters, body filters, then the log, each by priority.
 * @param done called once, when the response is over
 * @throws UpstreamError when a filter ends the connection
 */
export function filtered(
  plugins: readonly Plugin[],
  exchange: Exchange,
  response: HttpResponse,
  done: () => void,
): HttpResponse {
  const headed = plugins.reduce(
    (current, plugin) => plugin.headerFilter?.(exchange, current) ?? current,
    withEarly(exchange, response),
  );
  exchange.answered = headed;
  const over = () => {
    for (const plugin of plugins) plugin.log?.(exchange, headed);
    done();
  };
  const filters = plugins.filter(({ bodyFilter }) => bodyFilter !== undefined);
  const final =
    filters.length === 0 || exchange.original.method === 'HEAD' ? headed : withBody(filters, exchange, headed);
  if (final.body instanceof Readable && !final.body.closed) final.body.once('close', over);
  else over();
  return final;
}

/** What plugins set before the response came. */
function withEarly({ early }: Exchange, response: HttpResponse): HttpResponse {
  if (early.headers.length === 0) return response;
  const has = new Set(response.headers.map(([name]) => name.toLowerCase()));
  const added = early.headers.filter(
    ([name]: HeaderPair) => !(single.has(name.toLowerCase()) && has.has(name.toLowerCase())),
  );
  return { ...response, headers: [...response.headers, ...added] };
}

function withBody(filters: readonly Plugin[], exchange: Exchange, response: HttpResponse): HttpResponse {
  const { body } = response;
  if (!(body instanceof Readable)) {
    const { chunk } = through(filters, exchange, body ?? Buffer.alloc(0), true);
    return { ...response, body: chunk.length === 0 && body === null ? null : chunk };
  }
  const transform = filtering(filters, exchange);
  // A failure destroys both ends: whoever reads is told by the stream itself.
  pipeline(body, transform, () => undefined);
  return { ...response, body: transform };
}

function through(filters: readonly Plugin[], exchange: Exchange, chunk: Buffer, last: boolean): Chunk {
  return filters.reduce<Chunk>(
    (current, plugin) => plugin.bodyFilter?.(exchange, current.chunk, current.last) ?? current,
    { chunk, last },
  );
}

function filtering(filters: readonly Plugin[], exchange: Exchange): Transform {
  let ended = false;
  const pass = (stream: Transform, chunk: Buffer, last: boolean): void => {
    if (ended) return;
    const changed = through(filters, exchange, chunk, last);
    ended = changed.last;
    if (changed.chunk.length > 0) stream.push(changed.chunk);
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      attempt(() => pass(this, chunk, false), callback);
    },
    flush(callback) {
      attempt(() => pass(this, Buffer.alloc(0), true), callback);
    },
  });
}

function attempt(work: () => void, callback: (error?: Error) => void): void {
  try {
    work();
  } catch (error) {
    callback(error as Error);
    return;
  }
  callback();
}
