import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { messageOf } from '../../base/errors.js';
import { AwsError, type AwsApi, type AwsOperation } from '../contract/aws-api.js';
import type { LocalContext } from '../contract/context.js';
import type { Handler, HttpRequest, HttpResponse } from '../contract/http.js';
import { header } from '../http/headers.js';
import { isLoopbackName } from '../http/loopback.js';
import { json as jsonResponse } from '../http/responses.js';
import { refuseUpgrade } from '../http/upgrade.js';
import type { PlaneCredentials } from './credentials.js';
import { cbor } from './protocols/cbor.js';
import { json } from './protocols/json.js';
import { lambdaRest } from './protocols/lambda-rest.js';
import { query } from './protocols/query.js';
import { verify } from './signature.js';
import type { Protocol, WireRequest } from './wire.js';

export interface EndpointParts {
  readonly apis: readonly AwsApi[];
  readonly credentials: PlaneCredentials;
  readonly ctx: () => LocalContext;
  /** Told what failed for no reason that AWS has. */
  readonly onError: (error: unknown) => void;
}

/** Above Lambda's 6 MB and what its JSON may add. */
const mostBytes = 8 * 1024 * 1024;
const protocols: readonly Protocol[] = [json, cbor, lambdaRest, query];

/** AWS's API for what runs on this plane: every service on one port, told apart by what the request is signed for. */
export function awsEndpoint(parts: EndpointParts): Handler {
  const operations = byService(parts.apis);
  return {
    async request(request) {
      if (!isLoopbackName(request.headers)) return jsonResponse(403, { message: 'Ask for 127.0.0.1 or localhost.' });
      return answer(request, operations, parts);
    },
    upgrade: (request, socket) => {
      refuseUpgrade(socket, request, jsonResponse(404, { message: 'Nothing is here.' }));
      return Promise.resolve();
    },
  };
}

type Operations = ReadonlyMap<string, ReadonlyMap<string, AwsOperation>>;

function byService(apis: readonly AwsApi[]): Operations {
  const services = new Map<string, Map<string, AwsOperation>>();
  for (const { service, operations } of apis) {
    const known = services.get(service) ?? new Map<string, AwsOperation>();
    for (const [name, operation] of Object.entries(operations)) known.set(name, operation);
    services.set(service, known);
  }
  return services;
}

async function answer(request: HttpRequest, operations: Operations, parts: EndpointParts): Promise<HttpResponse> {
  const requestId = randomUUID();
  let protocol: Protocol = json;
  try {
    const wire = await readWire(request);
    const spoken = protocols.find((candidate) => candidate.speaks(wire));
    // A refused signature is answered in the caller's protocol too.
    protocol = spoken ?? json;
    const { service, accessKeyId } = verify(wire, parts.credentials);
    if (spoken === undefined) throw unknown(service, `${wire.method} ${wire.target}`);
    const call = spoken.read(wire);
    const operation = operations.get(service)?.get(call.operation);
    if (operation === undefined) throw unknown(service, call.operation);
    const output = await operation(call.input, { ctx: parts.ctx(), requestId, accessKeyId, signal: request.signal });
    return protocol.write(output, call, requestId);
  } catch (error) {
    if (error instanceof AwsError) return protocol.fail(error, requestId);
    parts.onError(error);
    return protocol.fail(new AwsError('InternalFailure', messageOf(error), 500), requestId);
  }
}

async function readWire({ method, target, headers, body }: HttpRequest): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw new AwsError('RequestEntityTooLargeException', 'The body is larger than 8 MB.', 413);
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks);
  // PutMetricData of the SDK compresses what is large.
  const isCompressed = header(headers, 'content-encoding')?.includes('gzip') === true;
  return { method, target, headers, body: isCompressed ? gunzipSync(whole, { maxOutputLength: mostBytes }) : whole };
}

function unknown(service: string, operation: string): AwsError {
  return new AwsError(
    'UnknownOperationException',
    `The local plane does not answer ${operation} of ${service}: docs/local-aws.md lists what it does.`,
  );
}
