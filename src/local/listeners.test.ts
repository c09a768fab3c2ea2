import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { LandfallError } from '../base/errors.js';
import type { PortRole } from './contract/context.js';
import type { Handler } from './contract/http.js';
import { Listeners, type OpenServer } from './listeners.js';
import { ask, fakeRequest, plain, recording } from './testing/fake-request.js';
import { gate } from './http/testing/loopback.js';

const saying = (text: string) => recording(() => plain(200, text));

/** Listeners whose servers are remembered in place of being opened. */
function listeners(before: () => Promise<void> = () => Promise.resolve()) {
  const served = new Map<PortRole, Handler>();
  const log: string[] = [];
  const opening: OpenServer = async (role, _options, handler) => {
    log.push(`open ${role}`);
    await before();
    if (served.has(role)) throw new LandfallError({ code: 'PORT_TAKEN', message: role, fix: '' });
    served.set(role, handler);
    return {
      port: 1,
      close: ({ graceMs }) => {
        log.push(`close ${role} ${String(graceMs)}`);
        served.delete(role);
        return Promise.resolve();
      },
    };
  };
  const made = new Listeners(opening);
  const text = async (role: PortRole, host: string) => (await ask(served.get(role), { host })).body;
  return { made, served, log, text };
}

const tls = { tls: true };

describe('a port', () => {
  test('is opened once and shared: the host name says who answers', async () => {
    const { made, log, text } = listeners();
    await made.listen(
      'aws_cloudfront_distribution.api',
      'edge-https',
      { ...tls, hosts: ['API.localhost'] },
      saying('api'),
    );
    await made.listen(
      'aws_cloudfront_distribution.web',
      'edge-https',
      { ...tls, hosts: ['app.localhost', 'www.localhost'] },
      saying('web'),
    );
    expect(log).toEqual(['open edge-https']);
    const hosts = ['api.localhost', 'Api.Localhost:4400', 'www.localhost:4400', 'app.localhost'];
    expect(await Promise.all(hosts.map((host) => text('edge-https', host)))).toEqual(['api', 'api', 'web', 'web']);
  });

  test('answers 421 for a host name that nothing serves, and closes an upgrade', async () => {
    const { made, served } = listeners();
    await made.listen('a', 'edge-https', { ...tls, hosts: ['a.localhost'] }, saying('a'));
    expect((await ask(served.get('edge-https'), { host: 'b.localhost' })).status).toBe(421);
    const socket = new PassThrough();
    await served.get('edge-https')?.upgrade(fakeRequest({ host: 'b.localhost' }), socket, Buffer.alloc(0));
    expect(socket.destroyed).toBe(true);
  });

  test('answers every other host name with who listens for all', async () => {
    const { made, text } = listeners();
    await made.listen('some', 'alb-80', { tls: false, hosts: ['a.localhost'] }, saying('some'));
    await made.listen('all', 'alb-80', { tls: false }, saying('all'));
    expect([await text('alb-80', 'a.localhost'), await text('alb-80', '[::1]:4402')]).toEqual(['some', 'all']);
  });

  test('has a new handler at once when its address listens again', async () => {
    const { made, log, text } = listeners();
    await made.listen('a', 'alb-80', { tls: false }, saying('old'));
    await made.listen('a', 'alb-80', { tls: false }, saying('new'));
    expect([await text('alb-80', 'x'), log]).toEqual(['new', ['open alb-80']]);
  });

  test('is opened once for two who come at the same time', async () => {
    const opened = gate();
    const { made, log } = listeners(() => opened.opened);
    const both = ['a', 'b'].map((address) =>
      made.listen(address, 'edge-https', { ...tls, hosts: [address] }, saying(address)),
    );
    opened.open();
    await Promise.all(both);
    expect(log).toEqual(['open edge-https']);
  });

  test('that is taken is an error, and may be tried again', async () => {
    const { made, served, text } = listeners();
    served.set('alb-80', saying('another program'));
    await expect(made.listen('a', 'alb-80', { tls: false }, saying('a'))).rejects.toMatchObject({ code: 'PORT_TAKEN' });
    served.clear();
    await made.listen('a', 'alb-80', { tls: false }, saying('a'));
    expect(await text('alb-80', 'x')).toBe('a');
  });
});

describe('release', () => {
  test('takes an address out, and closes the port with the last one', async () => {
    const { made, log, served, text } = listeners();
    for (const name of ['a', 'b']) await made.listen(name, 'edge-https', { ...tls, hosts: [name] }, saying(name));
    await made.release('a');
    expect(await text('edge-https', 'b')).toBe('b');
    expect((await ask(served.get('edge-https'), { host: 'a' })).status).toBe(421);
    await made.release('b');
    expect(log).toEqual(['open edge-https', 'close edge-https 1000']);
  });

  test('of an address on two ports closes both; of an unknown one nothing', async () => {
    const { made, log } = listeners();
    await made.listen('a', 'edge-https', tls, saying('a'));
    await made.listen('a', 'edge-http', { tls: false }, saying('a'));
    await made.release('unknown');
    expect(log).toHaveLength(2);
    await made.release('a');
    expect(log.slice(2).sort()).toEqual(['close edge-http 1000', 'close edge-https 1000']);
  });
});

test('closeAll closes every port with the same grace', async () => {
  const { made, log } = listeners();
  await made.listen('a', 'edge-https', tls, saying('a'));
  await made.listen('b', 'alb-80', { tls: false }, saying('b'));
  await made.closeAll(5000);
  expect(log.slice(2).sort()).toEqual(['close alb-80 5000', 'close edge-https 5000']);
});
