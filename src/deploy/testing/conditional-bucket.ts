import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import type { AwsSession, ClientConfig } from '../aws/session.js';

/** A bucket of one object with S3's conditional writes, on a loopback port. */
export async function conditionalBucket() {
  let object: string | undefined;
  let lost = 0;
  const etag = () => (object === undefined ? undefined : `"${createHash('md5').update(object).digest('hex')}"`);
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const fail = (status: number, code: string) =>
        response.writeHead(status, { 'Content-Type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
      const { 'if-match': match, 'if-none-match': none } = request.headers;
      if (request.method === 'DELETE') {
        object = undefined;
        return response.writeHead(204).end();
      }
      if (request.method === 'GET') {
        const tag = etag();
        return tag === undefined ? fail(404, 'NoSuchKey') : response.writeHead(200, { ETag: tag }).end(object);
      }
      if (match !== undefined && object === undefined) return fail(404, 'NoSuchKey');
      if ((match !== undefined && match !== etag()) || (none === '*' && object !== undefined))
        return fail(412, 'PreconditionFailed');
      object = body;
      if (lost > 0) {
        lost -= 1;
        return request.socket.destroy();
      }
      return response.writeHead(200, { ETag: etag() }).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const settings = {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 2,
  };
  const session: AwsSession = {
    region: settings.region,
    accountId: '111122223333',
    callerArn: 'arn:aws:iam::111122223333:user/ada',
    partition: 'aws',
    client: <C>(Client: new (config: ClientConfig) => C) => new Client({ ...settings, ...{ forcePathStyle: true } }),
  };
  return {
    session,
    get object() {
      return object;
    },
    /** So many writes from now on are done, and their answers never arrive. */
    loseAnswers: (count: number) => (lost = count),
    /** Resolves when the object is another one than now, or after the time. */
    changed: async (milliseconds = 1000) => {
      const before = object;
      for (let waited = 0; object === before && waited < milliseconds; waited += 5) await pause(5);
    },
    stop: () =>
      new Promise<void>((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}
