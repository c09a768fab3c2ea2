import { describe, expect, test } from 'vitest';
import type { LandfallEvent } from '../../base/events.js';
import type { ManifestEndpoint } from '../../stack/manifest.js';
import { fakeWaiting } from '../testing/waiting.js';
import { verdictOf, type Attempt, type EndpointKind } from './answer.js';
import { verifyEndpoints } from './verify-endpoints.js';

const edge = { 'x-amz-cf-id': 'a', via: '1.1 b.cloudfront.net (CloudFront)' };
const answer = (status: number, headers: Readonly<Record<string, string>> = {}): Attempt => ({
  status,
  headers: { ...edge, ...headers },
});
const failure = (code: string): Attempt => ({ code, message: code });

describe('an answer is good', () => {
  test.each<[string, EndpointKind, Attempt]>([
    ['a page', 'nextjs', answer(200)],
    ['a redirect of the application', 'nextjs', answer(307)],
    ['the application’s own 403', 'nextjs', answer(403, { server: 'next' })],
    ['index.html', 'spa', answer(200, { server: 'AmazonS3' })],
    ['the gateway’s 404: the root has no route', 'api', answer(404)],
    ['the gateway’s 503 that wakes what sleeps', 'api', answer(503, { 'retry-after': '45', server: 'kong' })],
  ])('%s', (_name, kind, attempt) => {
    expect(verdictOf(kind, attempt)).toEqual({ good: true });
  });
});

describe('an answer that is not good says what it means', () => {
  test.each<[EndpointKind, Attempt, string]>([
    ['api', failure('ENOTFOUND'), 'its name is not known (ENOTFOUND)'],
    ['api', failure('ERR_TLS_CERT_ALTNAME_INVALID'), 'its certificate is not accepted (ERR_TLS_CERT_ALTNAME_INVALID)'],
    ['api', failure('ECONNREFUSED'), 'no connection (ECONNREFUSED)'],
    ['spa', { status: 200, headers: {} }, '200 without CloudFront'],
    ['api', answer(403, { server: 'awselb/2.0' }), '403 from the load balancer'],
    ['nextjs', answer(403, { server: 'CloudFront' }), '403 from CloudFront'],
    ['spa', answer(403, { server: 'AmazonS3' }), '403 from the bucket'],
    ['spa', answer(404, { server: 'AmazonS3' }), '404 instead of index.html'],
    ['api', answer(500), '500 from the gateway'],
    ['nextjs', answer(502, { server: 'CloudFront' }), '502: the edge cannot connect'],
    ['api', answer(503, { server: 'awselb/2.0', 'retry-after': '1' }), '503: no task of the gateway is healthy'],
    ['nextjs', answer(504, { server: 'CloudFront' }), '504: the service did not answer in time'],
  ])('%s: %j', (kind, attempt, meaning) => {
    expect(verdictOf(kind, attempt)).toMatchObject({
      good: false,
      meaning: expect.stringContaining(meaning) as string,
    });
  });
});

/** Verifies addresses that give these answers in turn, the last for ever. */
async function verify(answers: Readonly<Record<string, readonly Attempt[]>>, limitSeconds = 60) {
  const endpoints: ManifestEndpoint[] = Object.keys(answers).map((name) => ({ name, host: `${name}.example.com` }));
  const asked = new Map<string, number>();
  const events: LandfallEvent[] = [];
  const waiting = fakeWaiting();
  const verified = await verifyEndpoints({
    manifest: { endpoints, sites: [] },
    emit: (event) => void events.push(event),
    signal: new AbortController().signal,
    waiting,
    limitSeconds,
    ask: (url) => {
      const name = new URL(url).hostname.split('.')[0] ?? '';
      const count = asked.get(name) ?? 0;
      asked.set(name, count + 1);
      const given = answers[name] ?? [];
      return Promise.resolve(given[Math.min(count, given.length - 1)] ?? failure('x'));
    },
  });
  return { verified, events, slept: waiting.slept };
}

describe('verifying addresses', () => {
  test('waits until each answers as it should', async () => {
    const { verified, slept, events } = await verify({
      api: [failure('ENOTFOUND'), answer(502), answer(404)],
      app: [answer(200)],
    });
    expect(verified).toEqual([
      { name: 'api', url: 'https://api.example.com/', status: 404 },
      { name: 'app', url: 'https://app.example.com/', status: 200 },
    ]);
    expect(slept).toBe(10_000);
    const told = events.flatMap((event) =>
      event.type === 'step' && event.status === 'progress' ? [event.detail] : [],
    );
    expect(told).toEqual([
      'its name is not known (ENOTFOUND)',
      '502: the edge cannot connect to its origin, or the gateway closed the connection',
    ]);
  });

  test('gives up at the limit and tells of all that do not answer', async () => {
    await expect(verify({ api: [answer(503)], app: [failure('ENOTFOUND')] }, 12)).rejects.toMatchObject({
      problems: [
        {
          code: 'ENDPOINT_NOT_ANSWERING',
          message:
            'https://api.example.com/ did not answer as it should within 12 s: 503: no task of the gateway is healthy yet. What was to be deployed is deployed.',
        },
        { code: 'ENDPOINT_NOT_ANSWERING', path: 'https://app.example.com/' },
      ],
    });
  });

  test('asks over the network', async () => {
    const waiting = fakeWaiting();
    await expect(
      verifyEndpoints({
        manifest: { endpoints: [{ name: 'api', host: '127.0.0.1:1' }], sites: [] },
        emit: () => undefined,
        signal: new AbortController().signal,
        waiting,
        limitSeconds: 1,
      }),
    ).rejects.toMatchObject({ code: 'ENDPOINT_NOT_ANSWERING' });
  });
});
