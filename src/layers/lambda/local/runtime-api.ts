import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** One invocation. */
export interface Invocation {
  readonly requestId: string;
  readonly payload: Uint8Array;
  readonly functionArn: string;
}

/** The same, as an execution environment gets it. */
export interface BegunInvocation extends Invocation {
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

/** What an execution environment tells. */
export interface Seat {
  /** Resolves when there is something to do. */
  next(): Promise<BegunInvocation>;
  /** @param failed the handler threw */
  settle(requestId: string, payload: Uint8Array, failed: boolean): void;
  /** The code could not be loaded. */
  initFailed(payload: Uint8Array): void;
}

const version = '/2018-06-01/runtime';

/**
 * Lambda's runtime API, over which execution environments ask for invocations and answer them. Each environment has a path of its own
 * that cannot be guessed.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html (not re-read)
 */
export class RuntimeApi {
  readonly #seats = new Map<string, Seat>();
  readonly #server: Server;

  private constructor(private readonly port: number) {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    // An environment may wait for its next invocation as long as it likes.
    this.#server.requestTimeout = 0;
  }

  static async open(port: number): Promise<RuntimeApi> {
    const api = new RuntimeApi(port);
    await new Promise<void>((resolve, reject) => {
      api.#server.once('error', reject);
      api.#server.listen(port, '127.0.0.1', resolve);
    });
    return api;
  }

  /** @returns what `AWS_LAMBDA_RUNTIME_API` is to be for this seat, and what ends it */
  add(seat: Seat): { readonly address: string; readonly remove: () => void } {
    const token = randomBytes(18).toString('base64url');
    this.#seats.set(token, seat);
    return { address: `127.0.0.1:${String(this.port)}/${token}`, remove: () => void this.#seats.delete(token) };
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, token = '', rest = ''] = /^\/([\w-]+)(\/.*)$/.exec(request.url ?? '') ?? [];
    const seat = this.#seats.get(token);
    if (seat === undefined) return void response.writeHead(403).end();
    if (rest === `${version}/invocation/next`) {
      give(await seat.next(), response);
      return;
    }
    const body = await buffer(request);
    const [, requestId = '', kind] = /\/invocation\/([^/]+)\/(response|error)$/.exec(rest) ?? [];
    if (kind !== undefined) seat.settle(requestId, body, kind === 'error');
    else if (rest === `${version}/init/error`) seat.initFailed(body);
    else return void response.writeHead(404).end();
    response.writeHead(202).end();
  }
}

function give({ requestId, payload, deadline, functionArn }: BegunInvocation, response: ServerResponse): void {
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': requestId,
    'Lambda-Runtime-Deadline-Ms': String(deadline),
    'Lambda-Runtime-Invoked-Function-Arn': functionArn,
  });
  response.end(payload);
}
