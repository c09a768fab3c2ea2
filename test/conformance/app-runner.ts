import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import type { WebAclVerdict } from '../../src/local/contract/context.js';
import { createPlace, serviceHost, type Place } from '../../src/layers/app-runner/local/testing/place.js';
import { ask, fakeRequest } from '../../src/local/testing/fake-request.js';
import type { ConformanceCase } from './case.js';
import { fakeSecret } from '../../src/local/testing/fake-secret.js';

const api = 'https://docs.aws.amazon.com/apprunner/latest/api';
const guide = 'https://docs.aws.amazon.com/apprunner/latest/dg';
const read = '(read 2026-11-25)';
const develop = `${guide}/develop.html ${read}`;
const waf = `${guide}/waf.html ${read}`;
const health = `${api}/API_HealthCheckConfiguration.html ${read}`;
const scaling = `${api}/API_CreateAutoScalingConfiguration.html (not re-read)`;
const deploying = `${guide}/manage-deploy.html (not re-read)`;
const variables = `${guide}/env-variable.html (not re-read)`;

const web = { host: serviceHost };
const http = { protocol: 'HTTP', path: '/health', interval: 10, timeout: 5 };

/** A place with a secret of the service's. */
function withSecret(read: () => string): Place {
  const place = createPlace();
  const arn = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:shop/dev/web/KEYS';
  place.plane.registry.remember('aws_secretsmanager_secret.keys', { arn });
  place.plane.registry.provide('aws_secretsmanager_secret.keys', 'secret', {
    ...fakeSecret(arn, ''),
    read: () => Promise.resolve(read()),
  });
  return place;
}

/** A place whose service has a web ACL that decides so. */
async function guarded(verdict: WebAclVerdict): Promise<Place> {
  const place = createPlace();
  const { arn } = await place.deploy();
  const { registry } = place.plane;
  const acl = 'aws_wafv2_web_acl.regional';
  registry.remember(acl, { arn: 'arn:aws:wafv2:x' });
  registry.provide(acl, 'webAcl', { evaluate: () => Promise.resolve(verdict) });
  const association = { resource_arn: arn, web_acl_arn: 'arn:aws:wafv2:x' };
  const address = 'aws_wafv2_web_acl_association.web';
  registry.applied.set(address, { address, type: 'aws_wafv2_web_acl_association', name: 'web', args: association });
  return place;
}

const keys = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:shop/dev/web/KEYS';

const all: readonly Omit<ConformanceCase, 'layer'>[] = [
  {
    name: 'has a service URL without scheme, in its region',
    source: `${api}/API_Service.html (not re-read)`,
    async run() {
      const { service_url: url } = await createPlace().deploy();
      assert.match(String(url), /^[a-z0-9-]+\.eu-central-1\.awsapprunner\.[a-z]+$/);
    },
  },
  {
    name: 'answers 404 for another Host than its own, without asking an instance',
    source: `https://tech-blog-e34.pages.dev/en/posts/5465a18b4113bf ${read}`,
    async run() {
      const place = createPlace();
      await place.deploy();
      const foreign = await ask(place.front, { host: 'app.shop.localhost' });
      assert.deepEqual([foreign.status, foreign.header('server')], [404, 'envoy']);
      assert.equal(place.instances[0]?.got.length, 0);
      assert.equal((await ask(place.front, { host: `${serviceHost}:4406` })).status, 200);
    },
  },
  {
    name: 'ends TLS, and speaks HTTP/1.1 to its instances',
    source: develop,
    async run() {
      const place = createPlace();
      await place.deploy();
      await ask(place.front, { ...web, target: '/a?b' });
      const seen = place.instances[0]?.got[0];
      assert.deepEqual([seen?.tls, seen?.httpVersion, seen?.target], [undefined, '1.1', '/a?b']);
    },
  },
  {
    name: 'gives a request 120 seconds',
    source: develop,
    async run() {
      const place = createPlace();
      await place.deploy();
      const [instance] = place.instances;
      assert(instance !== undefined);
      instance.answer = () => new Promise(() => undefined);
      let answered = false;
      const answer = ask(place.front, web).finally(() => (answered = true));
      await place.plane.clock.advance(0);
      await place.plane.clock.advance(119_000);
      assert.equal(answered, false);
      await place.plane.clock.advance(1_000);
      assert.equal((await answer).status, 504);
    },
  },
  {
    name: 'takes no WebSocket',
    source: `https://github.com/aws/apprunner-roadmap/issues/13 ${read}`,
    async run() {
      const place = createPlace();
      await place.deploy();
      const socket = new PassThrough();
      await place.front.upgrade(fakeRequest(web), socket, Buffer.alloc(0));
      assert.match(String(socket.read()), /^HTTP\/1\.1 403 /);
    },
  },
  {
    name: 'asks its web ACL before an instance, and passes the answer of a block on',
    source: waf,
    async run() {
      const place = await guarded({ action: 'block', evaluated: true, rule: 'default', status: 403, body: 'Blocked' });
      const answer = await ask(place.front, web);
      assert.deepEqual([answer.status, answer.body, place.instances[0]?.got.length], [403, 'Blocked', 0]);
    },
  },
  {
    name: 'forwards what its web ACL allows',
    source: waf,
    async run() {
      const place = await guarded({ action: 'allow', evaluated: true, rule: 'origin-verify' });
      assert.equal((await ask(place.front, web)).status, 200);
    },
  },
  {
    name: 'checks by TCP when nothing else is said: any answer will do',
    source: health,
    async run() {
      const place = createPlace();
      place.next.health = 500;
      await place.deploy();
      assert.equal((await ask(place.front, web)).status, 200);
    },
  },
  {
    name: 'checks the path that is set, by HTTP',
    source: health,
    async run() {
      const place = createPlace();
      await place.deploy({ check: http });
      assert.deepEqual([...new Set(place.instances[0]?.checks)], ['/health']);
    },
  },
  {
    name: 'checks at its interval',
    source: health,
    async run() {
      const place = createPlace();
      await place.deploy({ check: http });
      const before = place.instances[0]?.checks.length ?? 0;
      await place.plane.clock.advance(30_000);
      assert.equal(place.instances[0]?.checks.length, before + 3);
    },
  },
  {
    name: 'finds an instance unhealthy after five failed checks in a row, not before',
    source: health,
    async run() {
      const place = createPlace();
      await place.deploy({ check: http });
      const [instance] = place.instances;
      assert(instance !== undefined);
      instance.health = 500;
      await place.plane.clock.advance(40_000);
      instance.health = 200;
      await place.plane.clock.advance(10_000);
      instance.health = 500;
      await place.plane.clock.advance(40_000);
      assert.equal(instance.stopped, false);
      await place.plane.clock.advance(12_000);
      assert.deepEqual([instance.stopped, place.instances.length], [true, 2]);
    },
  },
  {
    name: 'runs as many instances as the least of its scaling configuration',
    source: scaling,
    async run() {
      const place = createPlace();
      await place.deploy({ instances: 3 });
      assert.equal(place.instances.length, 3);
    },
  },
  {
    name: 'makes a new revision of a scaling configuration with each change',
    source: scaling,
    async run() {
      const place = createPlace();
      const address = 'aws_apprunner_auto_scaling_configuration_version.web';
      const revision = () => place.plane.registry.attributes.get(address)?.['auto_scaling_configuration_revision'];
      await place.deploy();
      assert.equal(revision(), 1);
      await place.deploy({ instances: 2 });
      assert.equal(revision(), 2);
    },
  },
  {
    name: 'spreads requests over its instances',
    source: `${guide}/manage-autoscaling.html (not re-read)`,
    async run() {
      const place = createPlace();
      await place.deploy({ instances: 2 });
      for (let count = 0; count < 4; count += 1) await ask(place.front, web);
      assert.deepEqual(
        place.instances.map(({ got }) => got.length),
        [2, 2],
      );
    },
  },
  {
    name: 'serves the old version until the new one is healthy, then ends it',
    source: deploying,
    async run() {
      const place = createPlace();
      await place.deploy();
      const deploy = place.deploy({ digest: 'sha256:2' });
      assert.equal((await ask(place.front, web)).body, place.instances[0]?.spec.id);
      await deploy;
      assert.equal((await ask(place.front, web)).body, place.instances[1]?.spec.id);
      assert.deepEqual(
        place.instances.map(({ stopped }) => stopped),
        [true, false],
      );
    },
  },
  {
    name: 'keeps the old version when the new one does not become healthy',
    source: deploying,
    async run() {
      const place = createPlace();
      await place.deploy({ check: http });
      place.next.health = 500;
      await assert.rejects(place.deploy({ digest: 'sha256:2', check: http }), { code: 'APP_RUNNER_UNHEALTHY' });
      assert.equal((await ask(place.front, web)).body, place.instances[0]?.spec.id);
      assert.equal(place.instances[1]?.stopped, true);
    },
  },
  {
    name: 'gives a key of a JSON secret as a variable',
    source: variables,
    async run() {
      const place = withSecret(() => JSON.stringify({ url: 'rediss://a', port: 6379 }));
      await place.deploy({ secrets: { REDIS_URL: `${keys}:url::`, REDIS_PORT: `${keys}:port::`, ALL: keys } });
      const env = place.instances[0]?.spec.env;
      assert.deepEqual([env?.['REDIS_URL'], env?.['REDIS_PORT']], ['rediss://a', '6379']);
      assert.equal(env?.['ALL'], '{"url":"rediss://a","port":6379}');
    },
  },
  {
    name: 'sees another value of a secret with the next deployment',
    source: variables,
    async run() {
      let value = 'one';
      const place = withSecret(() => value);
      await place.deploy({ secrets: { KEY: keys } });
      value = 'two';
      assert.equal(place.instances[0]?.spec.env['KEY'], 'one');
      await place.deploy({ digest: 'sha256:2', secrets: { KEY: keys } });
      assert.equal(place.instances[1]?.spec.env['KEY'], 'two');
    },
  },
  {
    name: 'tells an instance its port apart from its variables',
    source: `${guide}/env-variable-manage.html ${read}`,
    async run() {
      const place = createPlace();
      await place.deploy();
      const spec = place.instances[0]?.spec;
      assert.deepEqual([spec?.containerPort, spec?.env['PORT']], [3000, undefined]);
    },
  },
];

export const cases: readonly ConformanceCase[] = all.map((one) => ({ layer: 'app-runner', ...one }));
