import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One API call that came in. */
export interface Call {
  /** Such as `UpdateService`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What AWS answers a call with; throws an `AwsError` to refuse it. */
export type Operations = Readonly<Record<string, (input: Call['input']) => object>>;

/** An error as AWS's JSON protocols carry it. */
export class AwsError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export interface FakeAws {
  /** For an SDK client: loopback endpoint, made-up credentials. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly maxAttempts: number;
  };
  /** All calls, in the order in which they came. */
  readonly calls: readonly Call[];
  stop(): Promise<void>;
}

/**
 * A loopback server that speaks AWS's JSON 1.0 and 1.1 protocols.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html (not re-read)
 */
export async function startAws(operations: Operations): Promise<FakeAws> {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(body));
    });
  });

  async function answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const input = JSON.parse(await text(request)) as Call['input'];
    calls.push({ operation, input });
    try {
      const work = operations[operation];
      if (work === undefined) throw new AwsError('UnknownOperationException', operation);
      return { status: 200, body: work(input) };
    } catch (error) {
      if (!(error instanceof AwsError)) return { status: 400, body: { __type: 'TestFailed', message: String(error) } };
      return { status: error.status, body: { __type: error.type, message: error.message } };
    }
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    client: {
      endpoint: `http://127.0.0.1:${String(port)}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 6,
    },
    calls,
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}
