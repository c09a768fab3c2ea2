import { header, type Headers } from '../../../local/http/headers.js';
import type { HttpRequest } from '../../../local/contract/http.js';

/** What a function gets of a request. */
export interface LambdaEvent {
  readonly requestContext: { readonly elb: { readonly targetGroupArn: string } };
  readonly httpMethod: string;
  readonly path: string;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[]>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/**
 * The event that the load balancer invokes a function with. Of a header or parameter that comes several times the last value stands, unless
 * multi-value headers are enabled; the query stays encoded.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html (read 2026-11-28; what stays encoded not re-read)
 */
export function lambdaEvent(
  { method, target, headers }: Pick<HttpRequest, 'method' | 'target' | 'headers'>,
  body: Buffer,
  targetGroupArn: string,
  multiValue: boolean,
): LambdaEvent {
  const at = target.indexOf('?');
  const query = at < 0 ? [] : pairsOf(target.slice(at + 1));
  const fields = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  const isBase64Encoded = body.length > 0 && !isText(headers);
  return {
    requestContext: { elb: { targetGroupArn } },
    httpMethod: method,
    path: at < 0 ? target : target.slice(0, at),
    ...(multiValue
      ? { multiValueQueryStringParameters: all(query), multiValueHeaders: all(fields) }
      : { queryStringParameters: Object.fromEntries(query), headers: Object.fromEntries(fields) }),
    body: body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  };
}

const pairsOf = (query: string): readonly (readonly [string, string])[] =>
  query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    });

function all(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const [name, value] of pairs) found.set(name, [...(found.get(name) ?? []), value]);
  return Object.fromEntries(found);
}

const textTypes = /^(text\/.*|application\/(json|javascript|xml))$/i;

/** Bodies of these types are sent as they are, others in Base64, as all that are encoded. */
function isText(headers: Headers): boolean {
  if (header(headers, 'content-encoding') !== undefined) return false;
  const [type = ''] = (header(headers, 'content-type') ?? '').split(';');
  return textTypes.test(type.trim());
}
