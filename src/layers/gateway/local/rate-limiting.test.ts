import { describe, expect, test } from 'vitest';
import type { Handler, HeaderPair, HttpRequest } from '../../../local/contract/http.js';
import { header } from '../../../local/http/headers.js';
import { text } from '../../../local/http/responses.js';
import { createFakeClock } from '../../../local/testing/fake-clock.js';
import { ask } from '../../../local/testing/fake-request.js';
import { dockerfile } from '../image.js';
import { kongYml } from '../kong-yml.js';
import { refsOf } from '../../../stack/refs.js';
import { configOf, nestService } from '../../../stack/testing/config.js';
import { readDeclarative } from './declarative.js';
import { LocalGateway } from './gateway.js';
import { settingsIn } from './image-settings.js';

const base = configOf({
  services: [nestService('offers', { routes: [{ path: '/offers', methods: [], auth: 'none' }] })],
});
const config = { ...base, gateway: { ...base.gateway, rateLimit: { requestsPerMinute: 2 } } };

async function start() {
  const clock = createFakeClock(Date.parse('2026-11-25T12:00:15Z'));
  const seen: HttpRequest[] = [];
  const alb: Handler = {
    request: (request) => (seen.push(request), Promise.resolve(text(200, 'ok'))),
    upgrade: () => Promise.resolve(),
  };
  const gateway = await LocalGateway.start(readDeclarative(kongYml(config, refsOf(config)), 'kong.yml'), {
    address: 'aws_ecs_service.gateway',
    clock,
    edgePort: 4400,
    settings: settingsIn(dockerfile(config)),
    reach: () => alb,
  });
  const from = (...addresses: readonly string[]) =>
    ask(gateway, {
      target: '/offers',
      headers: addresses.map((address): HeaderPair => ['CloudFront-Viewer-Address', address]),
      peer: { address: '10.0.0.9', port: 1 },
    });
  return { clock, seen, gateway, from };
}

describe('gateway.rateLimit', () => {
  test('counts a viewer whatever the port of the connection, and tells what is left', async () => {
    const { from, clock } = await start();
    const answers = [await from('203.0.113.7:1'), await from('203.0.113.7:2'), await from('203.0.113.7:3')];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers.map((answer) => answer.header('ratelimit-remaining'))).toEqual(['1', '0', '0']);
    expect(answers[2]?.header('retry-after')).toBe('45');
    expect(JSON.parse(answers[2]?.body ?? '')).toMatchObject({ message: 'API rate limit exceeded' });
    expect((await from('203.0.113.8:1')).status).toBe(200);
    await clock.advance(45_000);
    expect((await from('203.0.113.7:4')).status).toBe(200);
  });

  test.each([
    [['2001:db8::1:443'], '2001:db8::1'],
    [['[2001:db8::1]:443'], '2001:db8::1'],
    [['203.0.113.7:443'], '203.0.113.7'],
    [[], '10.0.0.9'],
    [['somebody'], '10.0.0.9'],
    [['203.0.113.7:443', '203.0.113.8:443'], '10.0.0.9'],
  ])('CloudFront-Viewer-Address %j is %s', async (given, address) => {
    const { from, seen } = await start();
    await from(...given);
    expect(header(seen[0]?.headers ?? [], 'X-Viewer-Address')).toBe(address);
  });

  test.each(['X-Viewer-Address', 'x_viewer_address'])('%s from outside does not make another viewer', async (name) => {
    const { gateway, seen } = await start();
    const request = (value: string) =>
      ask(gateway, {
        target: '/offers',
        headers: [
          [name, value],
          ['CloudFront-Viewer-Address', '203.0.113.7:1'],
        ],
      });
    const statuses = [(await request('a')).status, (await request('b')).status, (await request('c')).status];
    expect(statuses).toEqual([200, 200, 429]);
    const headers = seen[0]?.headers ?? [];
    expect(header(headers, 'X-Viewer-Address')).toBe('203.0.113.7');
    expect(headers.map(([, given]) => given)).not.toContain('a');
  });
});
