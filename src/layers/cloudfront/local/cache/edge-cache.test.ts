import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../../../local/contract/http.js';
import { gate } from '../../../../local/http/testing/loopback.js';
import { createFakeClock } from '../../../../local/testing/fake-clock.js';
import { fakeRequest, plain } from '../../../../local/testing/fake-request.js';
import { EdgeCache } from './edge-cache.js';
import { validatorsOf } from './entry.js';
import type { Exchange, Served } from './exchange.js';
import { errorLifetime } from './lifetime.js';
import { cachingDisabled } from './policy.js';

const policy = { ...cachingDisabled, maxTtl: 1000 };
const kept = [['Cache-Control', 'max-age=60']] as const;

function cached(
  respond: (request: HttpRequest, count: number) => Promise<HttpResponse> | HttpResponse,
  maxBytes?: number,
) {
  const clock = createFakeClock();
  const cache = new EdgeCache(clock, maxBytes);
  const asked: HttpRequest[] = [];
  const exchange = (request: HttpRequest): Exchange => ({
    request,
    policy,
    isKept: true,
    async fetch(sent) {
      const response = await respond(sent, asked.push(sent));
      return { response, validators: validatorsOf(response.headers), isOwn: false };
    },
    errorSeconds: ({ response }) => errorLifetime(response.status, response.headers, policy),
    errorPage: (response) => Promise.resolve(response),
  });
  const serve = (target = '/', signal?: AbortSignal) =>
    cache.serve(exchange(fakeRequest({ target, ...(signal !== undefined && { signal }) })));
  return { cache, clock, asked, serve };
}

const bytesOf = ({ response: { body } }: Served): Buffer | undefined => (Buffer.isBuffer(body) ? body : undefined);

describe('an edge cache', () => {
  it('keeps no more than its weight', async () => {
    const { serve, asked } = cached(() => plain(200, 'x'.repeat(1000), kept), 10_000);
    for (let count = 0; count < 20; count += 1) await serve(`/${String(count)}`);
    expect((await serve('/19')).result).toBe('Hit');
    expect((await serve('/0')).result).toBe('Miss');
    expect(asked.length).toBe(21);
  });

  it('passes an object that is too long, and does not keep it', async () => {
    const { serve } = cached(() => ({ ...plain(200, '', kept), body: Readable.from([Buffer.alloc(4000)]) }), 10_000);
    const { response } = await serve();
    expect(response.body instanceof Readable && (await response.body.toArray()).length).toBe(1);
    expect((await serve()).result).toBe('Miss');
  });

  it('keeps the question when the viewer that asked first leaves and another waits', async () => {
    const later = gate<HttpResponse>();
    const { serve, asked } = cached(() => later.opened);
    const first = new AbortController();
    const leaving = serve('/', first.signal);
    const staying = serve();
    first.abort();
    await setImmediate();
    expect(asked[0]?.signal.aborted).toBe(false);
    later.open(plain(200, 'ok', kept));
    expect((await staying).response.status).toBe(200);
    await leaving;
    expect(asked.length).toBe(1);
  });

  it('gives the question up when every viewer has left', async () => {
    const { serve, asked } = cached(
      ({ signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('left')))),
    );
    const viewers = [new AbortController(), new AbortController()];
    const answers = viewers.map(({ signal }) => serve('/', signal));
    for (const viewer of viewers) viewer.abort();
    await expect(answers[0]).rejects.toThrow('left');
    expect(asked[0]?.signal.aborted).toBe(true);
    await Promise.allSettled(answers);
  });

  it('lets those who wait ask themselves when the first question fails', async () => {
    const { serve, asked } = cached((_request, count) =>
      count === 1 ? Promise.reject(new Error('broken')) : plain(200, 'ok', kept),
    );
    const [first, second] = await Promise.allSettled([serve(), serve()]);
    expect([first.status, second.status, asked.length]).toEqual(['rejected', 'fulfilled', 2]);
  });

  it('gives a second viewer what has come so far, and then the rest', async () => {
    const body = new PassThrough();
    const { serve } = cached(() => ({ ...plain(200, '', kept), body }));
    const [one, other] = await Promise.all([serve(), serve()]);
    body.write('first ');
    body.end('last');
    const texts = [one, other].map(async ({ response }) => {
      if (!(response.body instanceof Readable)) throw new Error('No stream.');
      return Buffer.concat((await response.body.toArray()) as Buffer[]).toString();
    });
    expect(await Promise.all(texts)).toEqual(['first last', 'first last']);
    expect([one.result, other.result, (await serve()).result]).toEqual(['Miss', 'Hit', 'Hit']);
  });

  it('keeps nothing that was asked for before an invalidation', async () => {
    const later = gate<HttpResponse>();
    const { serve, cache } = cached((_request, count) => (count === 1 ? later.opened : plain(200, 'new', kept)));
    const before = serve();
    cache.invalidate(['/*']);
    later.open(plain(200, 'old', kept));
    await before;
    expect(bytesOf(await serve())).toEqual(Buffer.from('new'));
  });

  it('does not keep again what was confirmed for before an invalidation', async () => {
    const later = gate<HttpResponse>();
    const headers = [
      ['Cache-Control', 'max-age=10'],
      ['ETag', '"1"'],
    ] as const;
    const { serve, cache, clock } = cached((_request, count) =>
      count === 2 ? later.opened : plain(200, String(count), headers),
    );
    await serve();
    await clock.advance(10_000);
    const confirming = serve();
    cache.invalidate(['/']);
    later.open({ status: 304, headers, body: null });
    expect((await confirming).result).toBe('RefreshHit');
    expect(bytesOf(await serve())).toEqual(Buffer.from('3'));
  });

  it('keeps nothing that was on its way when it was invalidated', async () => {
    const body = new PassThrough();
    const { serve, cache } = cached((_request, count) =>
      count === 1 ? { ...plain(200, '', kept), body } : plain(200, 'new', kept),
    );
    const { response } = await serve();
    cache.invalidate(['/']);
    body.end('old');
    if (response.body instanceof Readable) await response.body.toArray();
    expect((await serve()).result).toBe('Miss');
  });

  it('does not ask twice while it refreshes what is stale', async () => {
    const headers = [['Cache-Control', 'max-age=1, stale-while-revalidate=60']] as const;
    const later = gate<HttpResponse>();
    const { serve, asked, clock } = cached((_request, count) =>
      count === 2 ? later.opened : plain(200, 'x', headers),
    );
    await serve();
    await clock.advance(2000);
    expect([(await serve()).result, (await serve()).result, asked.length]).toEqual(['Hit', 'Hit', 2]);
    later.open(plain(200, 'y', headers));
    await setImmediate();
    expect(bytesOf(await serve())).toEqual(Buffer.from('y'));
  });

  it('keeps a stream that it fetched without a viewer', async () => {
    const headers = [['Cache-Control', 'max-age=10, stale-while-revalidate=60']] as const;
    const { serve, clock } = cached((_request, count) => ({
      ...plain(200, '', headers),
      body: Readable.from([Buffer.from(String(count))]),
    }));
    const { response } = await serve();
    if (response.body instanceof Readable) await response.body.toArray();
    await clock.advance(20_000);
    await serve();
    await setImmediate();
    const next = await serve();
    expect([next.result, bytesOf(next)]).toEqual(['Hit', Buffer.from('2')]);
  });
});
