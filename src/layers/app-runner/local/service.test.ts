import { expect, test } from 'vitest';
import { UpstreamError } from '../../../local/contract/http.js';
import { ask, plain } from '../../../local/testing/fake-request.js';
import { createPlace, serviceAddress, serviceHost } from './testing/place.js';
import { fakeSecret } from '../../../local/testing/fake-secret.js';

const web = { host: serviceHost };

test('replaces an instance that ended, ever later while they keep ending', async () => {
  const { deploy, instances, plane, front } = await deployed();
  instances.at(-1)?.end('exit code 1');
  await plane.clock.advance(0);
  expect((await ask(front(), web)).status).toBe(503);
  await plane.clock.advance(600);
  expect((await ask(front(), web)).status).toBe(200);
  instances.at(-1)?.end('exit code 1');
  await plane.clock.advance(0);
  await plane.clock.advance(1_100);
  expect(instances).toHaveLength(3);
  const lines = plane.events.flatMap((event) => (event.type === 'log' ? [event.line] : []));
  expect(lines.map((line) => line.replace(/web-\w+/, 'web'))).toEqual([
    'instance web ended (exit code 1); another starts in 0.5 s',
    'instance web ended (exit code 1); another starts in 1 s',
  ]);
  await deploy();
});

test('goes on trying while replacements crash', async () => {
  const { instances, plane, front, next } = await deployed();
  next.health = undefined;
  instances[0]?.end('exit code 1');
  await plane.clock.advance(1_000);
  instances.at(-1)?.end('exit code 1');
  next.health = 200;
  await plane.clock.advance(2_000);
  expect((await ask(front(), web)).status).toBe(200);
});

test('lets requests in flight finish before an old instance ends', async () => {
  const { instances, deploy, front, plane } = await deployed();
  const [old] = instances;
  if (old === undefined) throw new Error('No instance.');
  let answer: () => void = () => undefined;
  old.answer = () => new Promise((resolve) => (answer = () => resolve(plain(200, 'late'))));
  const late = ask(front(), web);
  await plane.clock.advance(0);
  const done = deploy({ digest: 'sha256:2' });
  await plane.clock.advance(1_000);
  expect([instances.length, old.stopped]).toEqual([2, false]);
  answer();
  expect((await late).body).toBe('late');
  await done;
  expect(old.stopped).toBe(true);
});

test('says what an instance said that did not become healthy, and leaves nothing running', async () => {
  const place = createPlace();
  place.next.health = undefined;
  await expect(place.deploy({ check: { protocol: 'HTTP', path: '/health' } })).rejects.toMatchObject({
    code: 'APP_RUNNER_UNHEALTHY',
    path: serviceAddress,
    message: expect.stringMatching(/did not become healthy within 60 s\. Its last lines:\nits last line$/) as string,
  });
  expect(place.instances.every(({ stopped }) => stopped)).toBe(true);
});

test('answers as Envoy does when an instance does not', async () => {
  const { instances, front } = await deployed();
  const [instance] = instances;
  if (instance === undefined) throw new Error('No instance.');
  instance.answer = () => Promise.reject(new UpstreamError('reset', 'gone'));
  const answer = await ask(front(), web);
  expect([answer.status, answer.header('server')]).toEqual([503, 'envoy']);
});

test('ends every instance when the plane stops, and replaces none', async () => {
  const { stop, instances, plane } = await deployed();
  await stop();
  await plane.clock.advance(60_000);
  expect([instances.length, instances[0]?.stopped]).toEqual([1, true]);
  expect(plane.clock.waiting).toBe(0);
});

test.each([
  ['nothing has', 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:gone', 'SECRET_UNKNOWN'],
  ['has no such key', 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:text:key::', 'SECRET_WITHOUT_KEY'],
  [
    'is no longer kept',
    'arn:aws:secretsmanager:eu-central-1:000000000000:secret:text::AWSPREVIOUS:',
    'SECRET_VERSION_NOT_LOCAL',
  ],
])('does not start with a secret that %s', async (_name, reference, code) => {
  const place = createPlace();
  const arn = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:text';
  place.plane.registry.remember('aws_secretsmanager_secret.text', { arn });
  place.plane.registry.provide('aws_secretsmanager_secret.text', 'secret', fakeSecret(arn, '"x"'));
  await expect(place.deploy({ secrets: { KEY: reference } })).rejects.toMatchObject({ code });
  expect(place.instances).toEqual([]);
});

async function deployed() {
  const place = createPlace();
  await place.deploy();
  const { deploy, stop, instances, plane, next } = place;
  return { deploy, stop, instances, plane, next, front: () => place.front };
}
