import { createConnection, type Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { portTaken } from './errors.js';

export interface TlsFrontOptions {
  readonly port: number;
  readonly tls: { readonly certPem: string; readonly keyPem: string; readonly caPem: string };
  /** Path of the socket behind, asked for each connection. When it rejects, the client's connection is closed. */
  readonly behind: () => Promise<string>;
}

export interface TlsFront {
  /** Takes no new connections and ends those that stand. */
  close(): Promise<void>;
}

/**
 * TLS on the loopback address in front of a Unix socket: not every Redis is built with TLS (the pinned one is not), and so all behave
 * alike. TLS 1.2 or later, as on ElastiCache.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html (not re-read)
 * @throws LandfallError `PORT_TAKEN`
 */
export async function openTlsFront({ port, tls, behind }: TlsFrontOptions): Promise<TlsFront> {
  const connections = new Set<Socket>();
  const server = createServer(
    { cert: `${tls.certPem.trimEnd()}\n${tls.caPem}`, key: tls.keyPem, minVersion: 'TLSv1.2' },
    (client) => {
      client.on('error', () => client.destroy()).setNoDelay(true);
      void behind().then(
        (path) => join(client, path),
        () => client.destroy(),
      );
    },
  );
  server.on('connection', (connection: Socket) => {
    connections.add(connection.once('close', () => connections.delete(connection)));
  });
  // A handshake that fails is its client's affair.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portTaken(port, error) : error),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of connections) connection.destroy();
      }),
  };
}

/** Either end's end is the other's, after what was on the way. */
function join(client: TLSSocket, path: string): void {
  if (client.destroyed) return;
  const redis = createConnection(path);
  redis.on('error', () => client.destroy()).once('close', () => client.end());
  client.once('close', () => redis.destroy());
  client.pipe(redis).pipe(client);
}
