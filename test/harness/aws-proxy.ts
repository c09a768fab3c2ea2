import { createServer, request as ask, Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Emulator } from './emulator.js';

/** One call of AWS on its way. */
export interface ProxiedCall {
  /** As it is signed: `s3`, `ec2`. */
  readonly service: string;
  /** Such as `UpdateService`; empty where the protocol does not name it in a header. */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
}

/**
 * What becomes of a call: it passes; its connection is cut before it arrives; it waits until there is another rule; AWS finds its
 * credentials expired, or refuses it for there are too many.
 */
export type Fate = 'pass' | 'cut' | 'hold' | 'expire' | 'throttle';

/** An AWS endpoint on the loopback address, in front of the emulator. */
export interface AwsProxy {
  /** Sends Landfall and Terraform here. */
  readonly env: Readonly<Record<string, string>>;
  /** Decides on each call from now on; without a function everything passes. */
  rule(fate?: (call: ProxiedCall) => Fate): void;
  stop(): Promise<void>;
}

export async function openAwsProxy(emulator: Emulator): Promise<AwsProxy> {
  const agent = new Agent({ keepAlive: true });
  let fateOf: (call: ProxiedCall) => Fate = () => 'pass';
  let held: (() => void)[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const call = callOf(request);
    const fate = fateOf(call);
    if (fate === 'cut') request.socket.destroy();
    else if (fate === 'hold') held.push(() => handle(request, response));
    else if (fate === 'pass') forward(emulator.endpoint, agent, request, response);
    else refuse(request, response, call.service, fate);
  };
  const server = createServer(handle);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    env: { AWS_ENDPOINT_URL: endpoint, AWS_ENDPOINT_URL_S3: endpoint },
    rule: (fate = () => 'pass') => {
      fateOf = fate;
      const waiting = held;
      held = [];
      for (const go of waiting) go();
    },
    stop: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function callOf({ headers, method = 'GET', url = '/' }: IncomingMessage): ProxiedCall {
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
  const operation =
    String(headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1) ?? '';
  return { service, operation, method, path: url };
}

function forward(endpoint: string, agent: Agent, request: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url = '/' } = request;
  const asked = ask(new URL(url, endpoint), { method, headers, agent }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  asked.on('error', () => request.socket.destroy());
  request.pipe(asked);
}

const refusals = {
  expire: { status: 403, code: 'ExpiredToken', message: 'The security token included in the request is expired' },
  throttle: { status: 400, code: 'ThrottlingException', message: 'Rate exceeded' },
} as const;

/** As each of AWS's protocols writes an error. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  service: string,
  fate: keyof typeof refusals,
): void {
  const { code, message } = refusals[fate];
  // S3 alone tells that it is busy by the status.
  const status = fate === 'throttle' && service === 's3' ? 503 : refusals[fate].status;
  const name = fate === 'throttle' && service === 's3' ? 'SlowDown' : code;
  request.resume();
  request.on('end', () => {
    const xml = `<Code>${name}</Code><Message>${message}</Message>`;
    const isJson = request.headers['x-amz-target'] !== undefined || /json/.test(request.headers['content-type'] ?? '');
    const body = isJson
      ? JSON.stringify({ __type: name, message })
      : service === 's3'
        ? `<Error>${xml}</Error>`
        : service === 'ec2'
          ? `<Response><Errors><Error>${xml}</Error></Errors><RequestID>0</RequestID></Response>`
          : `<ErrorResponse><Error><Type>Sender</Type>${xml}</Error><RequestId>0</RequestId></ErrorResponse>`;
    response.writeHead(status, {
      'Content-Type': isJson ? 'application/x-amz-json-1.1' : 'text/xml',
      'X-Amzn-Errortype': name,
    });
    response.end(body);
  });
}
