import { STATUS_CODES } from 'node:http';
import type { HeaderPair, HttpRequest, HttpResponse } from '../../../../local/contract/http.js';
import { allValues } from '../../../../local/http/headers.js';
import { isHidden } from './restrictions.js';

/** A header, a cookie or a parameter; `multiValue` only where the name comes more than once. */
export interface EventValue {
  readonly value: string;
  readonly attributes?: string | undefined;
  readonly multiValue?: readonly { readonly value: string; readonly attributes?: string | undefined }[] | undefined;
}

export type EventValues = Readonly<Record<string, EventValue>>;

export interface EventRequest {
  readonly method: string;
  readonly uri: string;
  readonly querystring: EventValues;
  readonly headers: EventValues;
  readonly cookies: EventValues;
}

export interface EventResponse {
  readonly statusCode: number;
  readonly statusDescription: string;
  readonly headers: EventValues;
  readonly cookies: EventValues;
}

type Named = readonly [name: string, value: EventValue];

/** A request as functions see it. @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html (read 2026-11-25) */
export function eventRequest({ method, target, headers }: HttpRequest): EventRequest {
  const [uri = '/', ...query] = target.split('?');
  return {
    method,
    uri,
    querystring: collected(queryPairs(query.join('?'))),
    headers: eventHeaders(headers, 'cookie'),
    cookies: collected(
      allValues(headers, 'cookie')
        .flatMap((line) => line.split(';'))
        .filter((pair) => pair.trim() !== '')
        .map((pair) => nameAndValue(pair.trim())),
    ),
  };
}

/** A response as functions see it: without its body. */
export function eventResponse({ status, headers }: HttpResponse): EventResponse {
  const cookies = allValues(headers, 'set-cookie').map((line): Named => {
    const [pair = '', ...attributes] = line.split(';');
    const [name, { value }] = nameAndValue(pair.trim());
    return [name, { value, ...(attributes.length > 0 && { attributes: attributes.join(';').trim() }) }];
  });
  return {
    statusCode: status,
    statusDescription: STATUS_CODES[status] ?? '',
    headers: eventHeaders(headers, 'set-cookie'),
    cookies: collected(cookies),
  };
}

const eventHeaders = (headers: readonly HeaderPair[], cookies: string): EventValues =>
  collected(
    headers
      .map(([name, value]): Named => [name.toLowerCase(), { value }])
      .filter(([name]) => name !== cookies && !isHidden(name)),
  );

const queryPairs = (query: string): readonly Named[] =>
  query
    .split('&')
    .filter((pair) => pair !== '')
    .map(nameAndValue);

function nameAndValue(pair: string): Named {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, { value: '' }] : [pair.slice(0, at), { value: pair.slice(at + 1) }];
}

function collected(pairs: readonly Named[]): EventValues {
  const byName = new Map<string, EventValue[]>();
  for (const [name, value] of pairs) byName.set(name, [...(byName.get(name) ?? []), value]);
  return Object.fromEntries(
    [...byName].map(([name, values]) => {
      const [first = { value: '' }] = values;
      return [name, values.length === 1 ? first : { ...first, multiValue: values }];
    }),
  );
}
