import { Readable } from 'node:stream';
import type { HttpRequest } from '../../../../../local/contract/http.js';
import { allValues, header } from '../../../../../local/http/headers.js';
import { gatewayPorts } from '../../../../../stack/gateway-task.js';
import type { Exchange } from '../../plugin.js';
import { normalPath } from '../../paths.js';
import type { LuaValue } from '../codec.js';
import { exchangeOf, type Hosts } from '../scope.js';
import { Results } from '../vm.js';
import { number, text, texts } from './arguments.js';
import { clientAddress } from './client-address.js';
import { headerTable, oneMore, withValues } from './headers.js';

/** What Lua may know and change of the request. Changes are of what the service gets. */
export const requestHosts: Hosts = {
  request_headers: ([max, raw], run) => headerTable(exchangeOf(run).request.headers, number(max), raw === true),
  set_request_header: ([name, value], run) => {
    const exchange = exchangeOf(run);
    const headers = withValues(exchange.request.headers, text(name), texts(value));
    exchange.request = { ...exchange.request, headers };
    return undefined;
  },
  variable: ([name], run) => variableOf(text(name), exchangeOf(run)),
  query_arguments: ([max], run) => queryTable(exchangeOf(run).original.target, number(max)),
  set_target: ([what, first, second], run) => {
    const exchange = exchangeOf(run);
    exchange.request =
      what === 'method'
        ? { ...exchange.request, method: text(first) }
        : { ...exchange.request, target: targetOf(exchange.request.target, first, second) };
    return undefined;
  },
  set_upstream_target: ([host, port], run) => {
    exchangeOf(run).target = { name: text(host), port: number(port) };
    return undefined;
  },
  start_time: (_args, run) => exchangeOf(run).startedMs / 1000,
  read_body: (_args, run) => {
    run.pending = readBody(exchangeOf(run)).then(() => new Results());
    return undefined;
  },
  body_data: (_args, run) => {
    const { body } = exchangeOf(run);
    return body === undefined || body.length === 0 ? undefined : body.toString('latin1');
  },
  route: (_args, run) => routeOf(exchangeOf(run)),
  service: (_args, run) => serviceOf(exchangeOf(run)),
};

function targetOf(target: string, path: LuaValue, query: LuaValue): string {
  const [before = '/', ...rest] = target.split('?');
  const after = query === undefined ? rest.join('?') : text(query);
  return `${path === undefined ? before : text(path)}${after === '' ? '' : `?${after}`}`;
}

/** The whole body, once; the service gets it all the same. */
async function readBody(exchange: Exchange): Promise<void> {
  const { body } = exchange.request;
  if (exchange.body !== undefined) return;
  const chunks: Buffer[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk as Buffer);
  exchange.body = Buffer.concat(chunks);
  if (body !== null) exchange.request = { ...exchange.request, body: Readable.from([exchange.body]) };
}

/** @see https://nginx.org/en/docs/http/ngx_http_core_module.html#variables (not re-read) */
function variableOf(name: string, exchange: Exchange): LuaValue {
  const { request, original, upstream } = exchange;
  const [path = '/', ...query] = original.target.split('?');
  if (name.startsWith('http_')) return joined(request, name.slice('http_'.length));
  if (name.startsWith('upstream_http_'))
    return upstream && header(upstream.headers, name.slice('upstream_http_'.length).replaceAll('_', '-'));
  switch (name) {
    case 'remote_addr':
      return clientAddress(original);
    case 'realip_remote_addr':
      return original.peer.address;
    case 'remote_port':
      return String(original.peer.port);
    case 'request_uri':
      return original.target;
    case 'uri':
      return normalPath(path);
    case 'args':
    case 'query_string':
      return query.length === 0 ? undefined : query.join('?');
    case 'request_method':
      return request.method;
    case 'scheme':
      return original.tls === undefined ? 'http' : 'https';
    case 'host':
      return (header(original.headers, 'host') ?? '').replace(/:\d+$/, '').toLowerCase();
    case 'server_port':
      return String(gatewayPorts.proxy);
    case 'server_protocol':
      return `HTTP/${original.httpVersion}`;
    case 'content_type':
    case 'content_length':
      return header(request.headers, name.replace('_', '-'));
    case 'request_id':
      return original.trace.id;
    case 'upstream_status':
      return upstream && String(upstream.status);
    default:
      return undefined;
  }
}

const joined = ({ headers }: HttpRequest, name: string): LuaValue => {
  const values = allValues(headers, name.replaceAll('_', '-'));
  return values.length === 0 ? undefined : values.join(', ');
};

/** An argument without `=` is true, one that comes again a list. */
function queryTable(target: string, max: number): LuaValue {
  const [, query = ''] = /\?(.*)$/s.exec(target) ?? [];
  const table = new Map<string, LuaValue>();
  const given = query.split('&').filter((part) => part !== '');
  for (const part of max === 0 ? given : given.slice(0, max)) {
    const [name = '', ...rest] = part.split('=');
    const value = rest.length === 0 ? true : unescapeUri(rest.join('='));
    const key = unescapeUri(name);
    table.set(key, oneMore(table.get(key), value));
  }
  return table;
}

/** Percent-encoded bytes and `+` decoded; what is malformed stays. */
export const unescapeUri = (bytes: string): string =>
  bytes
    .replaceAll('+', ' ')
    .replace(/%([\dA-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

const routeOf = ({ found }: Exchange): LuaValue =>
  found &&
  new Map<string, LuaValue>([
    ['name', found.route.name],
    ['paths', found.route.paths],
  ]);

const serviceOf = ({ found }: Exchange): LuaValue =>
  found &&
  new Map<string, LuaValue>([
    ['name', found.service.name],
    ['host', found.service.host],
    ['port', found.service.port],
    ['protocol', found.service.protocol],
  ]);
