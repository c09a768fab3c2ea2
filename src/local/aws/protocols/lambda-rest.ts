import type { HeaderPair } from '../../contract/http.js';
import { header } from '../../http/headers.js';
import { bytes, type Protocol, type WireRequest } from '../wire.js';
import { jsonOf } from './json.js';

interface Route {
  readonly method: string;
  /** Its first group is the function's name or ARN. */
  readonly path: RegExp;
  readonly operation: string;
  /** Members of the input besides `FunctionName`. */
  readonly bind: (request: WireRequest) => Readonly<Record<string, unknown>>;
}

const routes: readonly Route[] = [
  {
    method: 'POST',
    path: /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?|$)/,
    operation: 'Invoke',
    bind: ({ headers, body }) => ({
      InvocationType: header(headers, 'x-amz-invocation-type'),
      LogType: header(headers, 'x-amz-log-type'),
      Payload: body,
    }),
  },
  { method: 'GET', path: /^\/2015-03-31\/functions\/?(?:\?|$)/, operation: 'ListFunctions', bind: () => ({}) },
  { method: 'GET', path: /^\/2015-03-31\/functions\/([^/?]+)(?:\?|$)/, operation: 'GetFunction', bind: () => ({}) },
  {
    method: 'GET',
    path: /^\/2015-03-31\/functions\/([^/?]+)\/configuration(?:\?|$)/,
    operation: 'GetFunctionConfiguration',
    bind: () => ({}),
  },
];

const routeOf = ({ method, target }: WireRequest): Route | undefined =>
  routes.find((route) => route.method === method && route.path.test(target));

/**
 * Lambda's REST: the operation in method and path. Of an invocation the payload is the body, and what belongs to it stands in headers.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (not re-read)
 */
export const lambdaRest: Protocol = {
  speaks: (request) => routeOf(request) !== undefined,
  read(request) {
    const route = routeOf(request);
    const [, name] = route?.path.exec(request.target) ?? [];
    const input = { ...route?.bind(request), ...(name !== undefined && { FunctionName: decodeURIComponent(name) }) };
    return { operation: route?.operation ?? '', input };
  },
  write(output, { operation }, requestId) {
    if (operation !== 'Invoke') return bytes(200, contentType, jsonOf(output), idOf(requestId));
    const { StatusCode, Payload, FunctionError, LogResult, ExecutedVersion } = output as Invocation;
    const facts = [
      ['X-Amz-Function-Error', FunctionError],
      ['X-Amz-Log-Result', LogResult],
      ['X-Amz-Executed-Version', ExecutedVersion],
    ] as const;
    const headers = facts.flatMap(([name, value]): HeaderPair[] => (value === undefined ? [] : [[name, value]]));
    return bytes(StatusCode, contentType, Buffer.from(Payload), [...headers, ...idOf(requestId)]);
  },
  fail({ code, message, status }, requestId) {
    const headers: HeaderPair[] = [['x-amzn-ErrorType', code], ...idOf(requestId)];
    const type = status < 500 ? 'User' : 'Service';
    return bytes(status, contentType, jsonOf({ Type: type, message, Message: message }), headers);
  },
};

/** What `Invoke` answers. */
interface Invocation {
  readonly StatusCode: number;
  readonly Payload: Uint8Array;
  readonly FunctionError?: string;
  readonly LogResult?: string;
  readonly ExecutedVersion?: string;
}

const contentType = 'application/json';
const idOf = (requestId: string): HeaderPair[] => [['x-amzn-RequestId', requestId]];
