import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { AwsSession, ClientConfig } from '../aws/session.js';

interface Held {
  readonly body: Buffer;
  readonly contentType: string;
  readonly cacheControl: string;
}

export interface SiteAccount {
  readonly session: AwsSession;
  /** The objects of the one bucket, by key. */
  readonly objects: Map<string, Held>;
  /** `PUT key`, `DELETE key` and `INVALIDATE path path`, in order. */
  readonly calls: string[];
  /** Keys that cannot be written. */
  readonly refused: Set<string>;
  stop(): Promise<void>;
}

/** A session with a loopback server that has one bucket of S3's, whatever its name, and one distribution of CloudFront's. */
export async function siteAccount(): Promise<SiteAccount> {
  const objects = new Map<string, Held>();
  const calls: string[] = [];
  const refused = new Set<string>();
  const server = createServer((request, response) => {
    void answer(request, { objects, calls, refused }).then(({ status = 200, xml = '' }) => end(response, status, xml));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const config = { region: 'eu-central-1', endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const session: AwsSession = {
    region: config.region,
    accountId: '111122223333',
    callerArn: 'arn:aws:iam::111122223333:user/ada',
    partition: 'aws',
    client: <C>(Client: new (config: ClientConfig) => C) => new Client({ ...config, maxAttempts: 1 }),
  };
  const stop = () =>
    new Promise<void>((stopped) => {
      server.close(() => stopped());
      server.closeAllConnections();
    });
  return { session, objects, calls, refused, stop };
}

function end(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'Content-Type': 'application/xml' }).end(xml);
}

type Parts = Pick<SiteAccount, 'objects' | 'calls' | 'refused'>;

async function answer(request: IncomingMessage, { objects, calls, refused }: Parts) {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const key = decodeURIComponent(pathname.split('/').slice(2).join('/'));
  const body = await buffer(request);
  if (pathname.includes('/distribution/')) {
    const paths = [...body.toString().matchAll(/<Path>([^<]*)<\/Path>/g)].map(([, path = '']) => path);
    calls.push(`INVALIDATE ${paths.join(' ')}`);
    return { status: 201, xml: '<Invalidation><Id>I1</Id><Status>Completed</Status></Invalidation>' };
  }
  if (request.method === 'POST' && searchParams.has('delete')) {
    for (const [, gone = ''] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) {
      calls.push(`DELETE ${gone}`);
      objects.delete(gone);
    }
    return { xml: '<DeleteResult></DeleteResult>' };
  }
  if (request.method === 'PUT') {
    if (refused.has(key)) return { status: 403, xml: '<Error><Code>AccessDenied</Code><Message>No.</Message></Error>' };
    calls.push(`PUT ${key}`);
    const { 'content-type': contentType = '', 'cache-control': cacheControl = '' } = request.headers;
    objects.set(key, { body: contentOf(request, body), contentType, cacheControl });
    return {};
  }
  if (key === '') return { xml: listing(objects) };
  const held = objects.get(key);
  if (held === undefined) return { status: 404, xml: '<Error><Code>NoSuchKey</Code></Error>' };
  return { xml: held.body.toString() };
}

/** The content of a body that is sent in chunks with a checksum after it. @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html (not re-read) */
function contentOf(request: IncomingMessage, body: Buffer): Buffer {
  if (request.headers['content-encoding'] !== 'aws-chunked') return body;
  const length = Number(request.headers['x-amz-decoded-content-length']);
  const start = body.indexOf('\r\n') + 2;
  return body.subarray(start, start + length);
}

function listing(objects: Parts['objects']): string {
  const contents = [...objects].map(([key, { body }]) => {
    const etag = createHash('md5').update(body).digest('hex');
    return `<Contents><Key>${key}</Key><ETag>&quot;${etag}&quot;</ETag></Contents>`;
  });
  return `<ListBucketResult>${contents.join('')}<IsTruncated>false</IsTruncated></ListBucketResult>`;
}
