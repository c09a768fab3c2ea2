import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { AwsSession, ClientConfig } from '../aws/session.js';

/** One API call that came in. */
export interface Call {
  /** Such as `UpdateService`. */
  readonly operation: string;
  readonly input: Input;
}

type Input = Readonly<Record<string, unknown>>;

/** What AWS answers a call with; throws a `Refusal` to refuse it. */
export type Operations = Readonly<Record<string, (input: Input) => object>>;

/** An error as AWS's JSON protocols carry it. */
export class Refusal extends Error {
  constructor(
    readonly type: string,
    message = '',
    readonly status = 400,
  ) {
    super(message);
  }
}

export interface FakeAccount {
  readonly session: AwsSession;
  /** All calls, in the order in which they came. */
  readonly calls: readonly Call[];
  stop(): Promise<void>;
}

/**
 * A session with a loopback server that speaks AWS's JSON 1.0 and 1.1 protocols.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html (not re-read)
 */
export async function fakeAccount(operations: Operations): Promise<FakeAccount> {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    void answer(request, operations, calls).then(({ status, body }) => {
      response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const session: AwsSession = {
    region: 'eu-central-1',
    accountId: '111122223333',
    callerArn: 'arn:aws:iam::111122223333:user/ada',
    partition: 'aws',
    client: <C>(Client: new (config: ClientConfig) => C) =>
      new Client({ region: 'eu-central-1', endpoint, credentials, maxAttempts: 1 }),
  };
  const stop = () =>
    new Promise<void>((stopped) => {
      server.close(() => stopped());
      server.closeAllConnections();
    });
  return { session, calls, stop };
}

async function answer(request: IncomingMessage, operations: Operations, calls: Call[]) {
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
  const input = JSON.parse(await text(request)) as Input;
  calls.push({ operation, input });
  try {
    const work = operations[operation];
    if (work === undefined) throw new Refusal('UnknownOperationException', operation);
    return { status: 200, body: work(input) };
  } catch (error) {
    if (!(error instanceof Refusal)) return { status: 400, body: { __type: 'TestFailed', message: String(error) } };
    return { status: error.status, body: { __type: error.type, message: error.message } };
  }
}
