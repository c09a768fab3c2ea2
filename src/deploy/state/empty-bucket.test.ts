import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { AwsSession, ClientConfig } from '../aws/session.js';
import { hasObjects } from './empty-bucket.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

type Entry = 'Version' | 'DeleteMarker';

/** A bucket whose listing has these entries, at most so many a page; none when there is no such bucket. */
async function bucketOf(entries: readonly Entry[] | undefined, pageSize = 1000) {
  const listed: string[] = [];
  const server = createServer((request, response) => {
    const asked = new URL(request.url ?? '', 'http://localhost').searchParams;
    listed.push(asked.get('key-marker') ?? '');
    if (entries === undefined) return response.writeHead(404).end('<Error><Code>NoSuchBucket</Code></Error>');
    const from = Number(asked.get('key-marker') ?? 0);
    const to = from + Math.min(pageSize, Number(asked.get('max-keys') ?? 1000));
    const inner = entries.slice(from, to).map((kind) => `<${kind}><Key>k</Key><VersionId>v</VersionId></${kind}>`);
    const next = `<NextKeyMarker>${String(to)}</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker>`;
    const more = to < entries.length ? `<IsTruncated>true</IsTruncated>${next}` : '<IsTruncated>false</IsTruncated>';
    return response
      .writeHead(200, { 'Content-Type': 'application/xml' })
      .end(`<ListVersionsResult>${more}${inner.join('')}</ListVersionsResult>`);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  stops.push(
    () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  );
  const settings = {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    forcePathStyle: true,
  };
  const session: AwsSession = {
    region: settings.region,
    accountId: '111122223333',
    callerArn: 'arn:aws:iam::111122223333:user/ada',
    partition: 'aws',
    client: <C>(Client: new (config: ClientConfig) => C) => new Client(settings),
  };
  return { session, listed };
}

const markers = (count: number): readonly Entry[] => Array<Entry>(count).fill('DeleteMarker');

test.each([
  { what: 'nothing', entries: [], holds: false },
  { what: 'an object', entries: ['Version'], holds: true },
  { what: 'a deleted object with its old version', entries: ['DeleteMarker', 'Version'], holds: true },
  { what: 'a version after a page of delete markers', entries: [...markers(3), 'Version'], holds: true },
  { what: 'delete markers alone', entries: markers(5), holds: false },
  { what: 'no bucket', entries: undefined, holds: false },
] as const)('a bucket with $what: $holds', async ({ entries, holds }) => {
  const { session } = await bucketOf(entries, 3);
  expect(await hasObjects(session, 'site')).toBe(holds);
});

test('no more of a bucket is listed than the page of its first version', async () => {
  const { session, listed } = await bucketOf(['Version', ...markers(5)], 3);
  expect(await hasObjects(session, 'site')).toBe(true);
  expect(listed).toEqual(['']);
});
