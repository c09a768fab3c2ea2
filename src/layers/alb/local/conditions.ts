import { z } from 'zod';
import type { HttpRequest } from '../../../local/contract/http.js';
import { allValues, header } from '../../../local/http/headers.js';
import { BlockList, isIPv6 } from 'node:net';

const values = z.tuple([z.object({ values: z.array(z.string()) })]);

/** One `condition` block: exactly one of its kinds is set. */
export const conditionSchema = z.object({
  host_header: values.optional(),
  path_pattern: values.optional(),
  http_request_method: values.optional(),
  http_header: z.tuple([z.object({ http_header_name: z.string(), values: z.array(z.string()) })]).optional(),
  query_string: z.array(z.object({ key: z.string().optional(), value: z.string() })).optional(),
  source_ip: values.optional(),
});

export type Condition = z.infer<typeof conditionSchema>;
export type Matches = (request: HttpRequest) => boolean;

/**
 * A test for one condition; its values are alternatives.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html (read 2026-11-23)
 */
export function compileCondition(condition: Condition): Matches {
  const { host_header, path_pattern, http_header, http_request_method, query_string, source_ip } = condition;
  if (host_header) return anyOf(host_header[0].values, 'i', (request) => [hostOf(request)]);
  if (path_pattern) return anyOf(path_pattern[0].values, '', (request) => [pathOf(request)]);
  if (http_request_method) return ({ method }) => http_request_method[0].values.includes(method);
  if (http_header) {
    const [{ http_header_name, values: wanted }] = http_header;
    return anyOf(wanted, 'i', (request) => allValues(request.headers, http_header_name));
  }
  if (query_string) return anyQuery(query_string);
  if (source_ip) return inRanges(source_ip[0].values);
  return () => true;
}

function anyOf(patterns: readonly string[], flags: string, read: (request: HttpRequest) => readonly string[]): Matches {
  const compiled = patterns.map((pattern) => wildcard(pattern, flags));
  return (request) => read(request).some((text) => compiled.some((pattern) => pattern.test(text)));
}

/** `*` is any text, `?` one character, as a whole. */
export function wildcard(pattern: string, flags: string): RegExp {
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, `s${flags}`);
}

export const hostOf = (request: HttpRequest): string => (header(request.headers, 'host') ?? '').replace(/:\d+$/, '');

export const pathOf = (request: HttpRequest): string => request.target.split('?', 1)[0] ?? '';

export const queryOf = (request: HttpRequest): string => request.target.slice(pathOf(request).length + 1);

function anyQuery(wanted: readonly { readonly key?: string | undefined; readonly value: string }[]): Matches {
  const pairs = wanted.map(({ key, value }) => ({
    key: key === undefined ? undefined : wildcard(key, 'i'),
    value: wildcard(value, 'i'),
  }));
  return (request) => {
    const given = [...new URLSearchParams(queryOf(request))];
    return pairs.some(({ key, value }) => given.some(([name, text]) => (key?.test(name) ?? true) && value.test(text)));
  };
}

function inRanges(ranges: readonly string[]): Matches {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/');
    list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return ({ peer }) => list.check(peer.address, isIPv6(peer.address) ? 'ipv6' : 'ipv4');
}
