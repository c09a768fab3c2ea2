import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface HttpCall {
  readonly method: string;
  /** `http:` or `https:`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** From the connection to the answer's last byte. */
  readonly timeoutMs: number;
}

export interface HttpResult {
  readonly status: number;
  /** How its body begins: up to 4 KiB. */
  readonly start: string;
}

const startBytes = 4096;

/**
 * NAT gateways forget a connection without a packet for 350 seconds.
 * @see https://aws.amazon.com/blogs/networking-and-content-delivery/implementing-long-running-tcp-connections-within-vpc-networking/ (read 2026-11-25)
 */
const keepAliveMs = 60_000;

/**
 * Makes one request on a connection of its own and reads the answer to its end; follows no redirect. Not `fetch`, which waits no
 * longer than 300 seconds for headers: https://github.com/nodejs/undici/blob/main/docs/docs/api/Client.md (read 2026-11-25)
 * @throws Error on a network failure, or without an answer in time
 */
export async function call({ method, url, headers, body, timeoutMs }: HttpCall): Promise<HttpResult> {
  const signal = AbortSignal.timeout(timeoutMs);
  const target = new URL(url);
  const send = target.protocol === 'https:' ? requestHttps : requestHttp;
  try {
    const response = await new Promise<IncomingMessage>((answered, failed) => {
      const request = send(target, { method, headers, agent: false, signal }, answered);
      request.on('socket', (socket) => socket.setKeepAlive(true, keepAliveMs));
      request.on('error', failed);
      request.end(body);
    });
    return { status: response.statusCode ?? 0, start: await startOf(response) };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(`No answer within ${String(Math.round(timeoutMs / 1000))} seconds.`, { cause: error });
  }
}

async function startOf(response: IncomingMessage): Promise<string> {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes < startBytes) kept.push(chunk.subarray(0, startBytes - bytes));
    bytes += chunk.length;
  }
  return Buffer.concat(kept).toString();
}
