import { z } from 'zod';
import type { HeaderPair, HttpRequest, HttpResponse } from '../../../../local/contract/http.js';
import { without } from '../../../../local/http/headers.js';
import { eventRequest, eventResponse, type EventValue, type EventValues } from './event.js';
import { FunctionValidationError, isHidden, isReadOnly, type EventType } from './restrictions.js';

const one = z.object({ value: z.coerce.string(), attributes: z.string().optional() });
const values = z.record(z.string(), one.extend({ multiValue: z.array(one).optional() })).default({});
const body = z.union([
  z.string(),
  z.object({ encoding: z.enum(['text', 'base64']).default('text'), data: z.string().default('') }),
]);

const returnedRequest = z.object({
  method: z.string(),
  uri: z.string().startsWith('/'),
  querystring: z.union([z.string(), values]).default({}),
  headers: values,
  cookies: values,
});

const returnedResponse = z.object({
  statusCode: z.number().int().min(100).max(599),
  headers: values,
  cookies: values,
  body: body.optional(),
});

/** Whether a viewer-request function answers instead of passing the request on. */
export const isResponse = (returned: unknown): boolean =>
  typeof returned === 'object' && returned !== null && 'statusCode' in returned;

/** The request to go on with. @throws FunctionValidationError */
export function changedRequest(request: HttpRequest, returned: unknown): HttpRequest {
  const before = eventRequest(request);
  const after = parsed(returnedRequest, returned);
  if (after.method !== before.method) throw new FunctionValidationError('The method cannot be changed.');
  const query = isSame(after.querystring, before.querystring)
    ? request.target.split('?').slice(1).join('?')
    : queryOf(after.querystring);
  const headers = changedHeaders(request.headers, before.headers, after.headers, 'viewer-request');
  const cookies = isSame(after.cookies, before.cookies)
    ? headers
    : [...without(headers, 'cookie'), ...cookieLine(after.cookies)];
  const target = query === '' ? after.uri : `${after.uri}?${query}`;
  if (target.length >= 8192) throw new FunctionValidationError('The address is too long.');
  if (/[\s#]/.test(target)) throw new FunctionValidationError('The address has characters that it may not have.');
  return { ...request, target, headers: cookies };
}

/** An answer that a function made itself. @throws FunctionValidationError */
export function generatedResponse(returned: unknown): HttpResponse {
  const { statusCode, headers, cookies, body: content } = parsed(returnedResponse, returned);
  const written = [...changedHeaders([], {}, headers, 'viewer-response'), ...setCookieLines(cookies)];
  const response = { status: statusCode, headers: [['Server', 'CloudFront'] as const, ...written], body: null };
  return sized(response, content === undefined ? null : bytesOf(content));
}

/** The answer that a viewer-response function leaves. @throws FunctionValidationError */
export function changedResponse(response: HttpResponse, returned: unknown): HttpResponse {
  const before = eventResponse(response);
  const after = parsed(returnedResponse, returned);
  const headers = changedHeaders(response.headers, before.headers, after.headers, 'viewer-response');
  const cookies = isSame(after.cookies, before.cookies)
    ? headers
    : [...without(headers, 'set-cookie'), ...setCookieLines(after.cookies)];
  const changed = { ...response, status: after.statusCode, headers: cookies };
  return after.body === undefined ? changed : sized(changed, bytesOf(after.body));
}

function sized(response: HttpResponse, content: Buffer | null): HttpResponse {
  const length = String(content?.length ?? 0);
  const headers: HeaderPair[] = [...without(response.headers, 'content-length'), ['Content-Length', length]];
  return { ...response, headers, body: content };
}

function bytesOf(content: z.infer<typeof body>): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  if (content.encoding === 'text') return Buffer.from(content.data);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(content.data)) throw new FunctionValidationError('The body is no base64.');
  return Buffer.from(content.data, 'base64');
}

/** What stayed as it was keeps its place and spelling; the rest is written as `Example-Header-Name`. */
function changedHeaders(
  headers: readonly HeaderPair[],
  before: EventValues,
  after: EventValues,
  event: EventType,
): readonly HeaderPair[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const touched = [...names].filter((name) => !isSame(before[name], after[name]));
  for (const name of touched) {
    if (isHidden(name) || isReadOnly(name, event)) throw new FunctionValidationError(`${name} cannot be changed.`);
    if (name !== name.toLowerCase()) throw new FunctionValidationError(`${name} is not in lower case.`);
  }
  return [
    ...without(headers, ...touched),
    ...touched.flatMap((name) => lines(after[name]).map((value): HeaderPair => [capitalised(name), value])),
  ];
}

const lines = (value: EventValue | undefined): readonly string[] =>
  value === undefined ? [] : (value.multiValue ?? [value]).map((single) => single.value);

const capitalised = (name: string): string => name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase());

const queryOf = (query: string | EventValues): string => (typeof query === 'string' ? query : pairs(query).join('&'));

const pairs = (all: EventValues): readonly string[] =>
  Object.entries(all).flatMap(([name, value]) => lines(value).map((text) => (text === '' ? name : `${name}=${text}`)));

function cookieLine(cookies: EventValues): readonly HeaderPair[] {
  const text = pairs(cookies).join('; ');
  return text === '' ? [] : [['Cookie', text]];
}

const setCookieLines = (cookies: EventValues): readonly HeaderPair[] =>
  Object.entries(cookies).flatMap(([name, cookie]) =>
    (cookie.multiValue ?? [cookie]).map(({ value, attributes }): HeaderPair => [
      'Set-Cookie',
      attributes === undefined || attributes === '' ? `${name}=${value}` : `${name}=${value}; ${attributes}`,
    ]),
  );

function parsed<T>(schema: z.ZodType<T>, returned: unknown): T {
  const result = schema.safeParse(returned);
  if (result.success) return result.data;
  throw new FunctionValidationError(z.prettifyError(result.error));
}

const isSame = (before: unknown, after: unknown): boolean => JSON.stringify(before) === JSON.stringify(after);
