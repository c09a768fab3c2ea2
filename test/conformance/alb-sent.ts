import assert from 'node:assert/strict';
import { forward } from '../../src/layers/alb/local/testing/load-balancer.js';
import { recording } from '../../src/local/testing/fake-request.js';
import { inAlb, type AlbPlace } from './alb-place.js';
import { albCase } from './alb-sources.js';
import { ask1, type RawAnswer } from './raw-client.js';

/** What a listener answers to these bytes, and how many requests its target got. */
export async function sent(
  bytes: string | readonly string[],
  args: object = {},
): Promise<RawAnswer & { readonly reached: number }> {
  let outcome: (RawAnswer & { readonly reached: number }) | undefined;
  await inAlb(async (place: AlbPlace) => {
    const task = recording();
    await place.lb.listener(8080, forward(await place.lb.group('offers', { task })));
    const answer = await ask1(await place.open('alb-8080'), bytes);
    outcome = { ...answer, reached: task.got.length };
  }, args);
  assert.ok(outcome);
  return outcome;
}

export const get = (lines: string, target = '/') => `GET ${target} HTTP/1.1\r\nHost: a\r\n${lines}\r\n`;
export const post = (lines: string, body: string) => `POST / HTTP/1.1\r\nHost: a\r\n${lines}\r\n${body}`;

/** These bytes get this status from the load balancer itself, and its target sees nothing of them. */
export function refused(name: string, source: string, status: number, bytes: string, args: object = {}) {
  return albCase(name, source, async () => {
    const answer = await sent(bytes, args);
    assert.deepEqual([answer.status, answer.reached], [status, 0]);
    assert.equal(answer.header('server'), 'awselb/2.0');
  });
}
