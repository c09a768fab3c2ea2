import { BlockList, isIPv6 } from 'node:net';
import { z } from 'zod';
import type { HttpRequest } from '../../../local/contract/http.js';
import { allValues, header } from '../../../local/http/headers.js';

const values = z.tuple([z.object({ values: z.array(z.string()) })]);

/** One `condition` block: exactly one of its kinds is set. */
export const conditionSchema = z
  .object({
    host_header: values.optional(),
    path_pattern: values.optional(),
    http_request_method: values.optional(),
    http_header: z.tuple([z.object({ http_header_name: z.string(), values: z.array(z.string()) })]).optional(),
    query_string: z.array(z.object({ key: z.string().optional(), value: z.string() })).optional(),
    source_ip: values.optional(),
  })
  .refine((condition) => Object.values(condition).filter((kind) => kind !== undefined).length === 1, {
    error:
      'A condition has exactly one of host_header, path_pattern, http_request_method, http_header, query_string, source_ip.',
  });

export type Condition = z.infer<typeof conditionSchema>;

/** What conditions and redirects look at; each part is read from the request once, however many rules there are. */
export class RequestFacts {
  #host: string | undefined;
  #query: number | undefined;

  constructor(readonly request: HttpRequest) {}

  /** Without its port. */
  get host(): string {
    return (this.#host ??= (header(this.request.headers, 'host') ?? '').replace(/:\d+$/, ''));
  }

  get path(): string {
    const { target } = this.request;
    return this.#queryAt < 0 ? target : target.slice(0, this.#queryAt);
  }

  /** Without its question mark. */
  get query(): string {
    return this.#queryAt < 0 ? '' : this.request.target.slice(this.#queryAt + 1);
  }

  get #queryAt(): number {
    return (this.#query ??= this.request.target.indexOf('?'));
  }
}

export type Matches = (facts: RequestFacts) => boolean;

/**
 * A test for one condition; its values are alternatives.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html (read 2026-11-25)
 */
export function compileCondition(condition: Condition): Matches {
  const { host_header, path_pattern, http_header, http_request_method, query_string, source_ip } = condition;
  if (host_header) {
    const fits = anyOf(host_header[0].values, 'i');
    return ({ host }) => fits(host);
  }
  if (path_pattern) {
    const fits = anyOf(path_pattern[0].values, '');
    return ({ path }) => fits(path);
  }
  if (http_request_method) return ({ request }) => http_request_method[0].values.includes(request.method);
  if (http_header) {
    const [{ http_header_name, values: wanted }] = http_header;
    const fits = anyOf(wanted, 'i');
    return ({ request }) => allValues(request.headers, http_header_name).some(fits);
  }
  if (query_string) return anyQuery(query_string);
  return source_ip ? inRanges(source_ip[0].values) : () => false;
}

function anyOf(patterns: readonly string[], flags: 'i' | ''): (text: string) => boolean {
  const compiled = patterns.map((pattern) => wildcard(pattern, flags));
  return (text) => compiled.some((pattern) => pattern.test(text));
}

/** `*` is any text, `?` one character; the whole text must fit. */
export function wildcard(pattern: string, flags: 'i' | ''): RegExp {
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, `s${flags}`);
}

function anyQuery(wanted: readonly { readonly key?: string | undefined; readonly value: string }[]): Matches {
  const pairs = wanted.map(({ key, value }) => ({
    key: key === undefined ? undefined : escapable(key),
    value: escapable(value),
  }));
  return ({ query }) => {
    const given = [...new URLSearchParams(query)];
    return pairs.some(({ key, value }) => given.some(([name, text]) => (key?.test(name) ?? true) && value.test(text)));
  };
}

/**
 * Where a backslash makes `*` and `?` mean themselves.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_QueryStringConditionConfig.html (not re-read)
 */
function escapable(pattern: string): RegExp {
  const pieces = pattern.split(/(\\[*?])/).map((piece, index) => {
    if (index % 2 === 1) return `\\${piece.charAt(1)}`;
    return wildcard(piece, '').source.slice(1, -1);
  });
  return new RegExp(`^${pieces.join('')}$`, 'si');
}

function inRanges(ranges: readonly string[]): Matches {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/');
    list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return ({ request: { peer } }) => list.check(peer.address, isIPv6(peer.address) ? 'ipv6' : 'ipv4');
}
