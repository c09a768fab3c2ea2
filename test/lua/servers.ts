import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pairs } from '../../src/local/http/headers.js';
import type { HeaderPair } from '../../src/local/contract/http.js';
import type { FakeIssuer } from './issuer.js';

/** A server on a free loopback port. */
export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** The service behind nginx: it answers with the headers that it got. */
export const startService = (): Promise<Listening> =>
  listen(
    createServer({ maxHeaderSize: 1 << 20 }, ({ rawHeaders }, response) => {
      response.setHeader('x-reached', 'service').end(JSON.stringify(rawHeaders));
    }),
  );

/**
 * What `fixtures.lua` asks: issuers by the number that their paths begin with, and whether a signature is good.
 * @param others get every other path
 */
export const startFixtures = (
  issuers: ReadonlyMap<string, FakeIssuer>,
  others: (path: string) => void = () => undefined,
): Promise<Listening> =>
  listen(
    createServer((message, response) => {
      const { url: path = '/' } = message;
      const issuer = issuers.get(path.split('/')[1] ?? '');
      if (path === '/verify') {
        void textOf(message).then((question) => response.end(String(isSigned(JSON.parse(question) as Question))));
        return;
      }
      if (issuer === undefined) {
        others(path);
        response.end();
        return;
      }
      const answer = issuer.answer(path);
      if (answer === undefined) message.socket.destroy();
      // Not at once: others ask meanwhile.
      else setTimeout(() => response.writeHead(answer.status, answer.headers).end(answer.body), 5);
    }),
  );

export interface Question {
  readonly jwk: JsonWebKey;
  readonly algorithm: { readonly digest: string };
  readonly text: string;
  readonly signature: string;
}

/** As Kong's OpenSSL would say. */
export function isSigned({ jwk, algorithm, text, signature }: Question): boolean {
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const signed = Buffer.from(signature, 'base64');
    return verify(algorithm.digest, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, signed);
  } catch {
    return false;
  }
}

async function listen(server: Server): Promise<Listening> {
  server.maxHeadersCount = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port, close };
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

export interface Answer {
  readonly status: number;
  readonly headers: readonly HeaderPair[];
  readonly body: string;
  /** The headers that the service got; undefined when it got none. */
  readonly service: readonly HeaderPair[] | undefined;
}

/** Asks nginx. Headers go out as they stand, doubled and in their spelling. */
export function ask(port: number, path: string, headers: readonly HeaderPair[] = []): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const flat = [...headers, ['Host', 'api.shop.localhost'] as const].flat();
    request({ host: '127.0.0.1', port, path, headers: flat, agent: false }, (message) => {
      void textOf(message).then((body) => {
        const reached = message.headers['x-reached'] !== undefined && message.statusCode === 200;
        resolve({
          status: message.statusCode ?? 0,
          headers: pairs(message.rawHeaders),
          body,
          service: reached ? pairs(JSON.parse(body) as string[]) : undefined,
        });
      }, reject);
    })
      .once('error', reject)
      .end();
  });
}
