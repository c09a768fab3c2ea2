import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cloudmap as room } from '../../src/layers/cloudmap/index.js';
import { namesEnvironment } from '../../src/local/process/names.js';
import { createFakePlane, type FakePlane } from '../../src/local/testing/fake-context.js';
import type { Discovery } from '../../src/local/contract/context.js';
import type { ConformanceCase } from './case.js';

const dnsConfig = 'https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsConfig.html (read 2026-11-25)';
const dnsRecord = 'https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsRecord.html (not re-read)';
const discovery = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html (not re-read)';
const registering = 'https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html (not re-read)';
const namespaces = 'https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePrivateDnsNamespace.html (not re-read)';

interface Map {
  readonly plane: FakePlane;
  readonly auth: Discovery;
  /** What an expression with `dns` (promises) in it becomes inside a task process; an error becomes its code. */
  inside(expression: string): Promise<unknown>;
}

/** A namespace `shop.local` with the service `auth-service`. */
async function withMap(
  work: (map: Map) => Promise<void>,
  routing: 'MULTIVALUE' | 'WEIGHTED' = 'MULTIVALUE',
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-conformance-'));
  const plane = createFakePlane({ folder });
  const { id } = await plane.apply(
    room.local.aws_service_discovery_private_dns_namespace,
    'aws_service_discovery_private_dns_namespace.main',
    { name: 'shop.local' },
  );
  const address = 'aws_service_discovery_service.auth_service';
  await plane.apply(room.local.aws_service_discovery_service, address, {
    name: 'auth-service',
    dns_config: [{ namespace_id: id, routing_policy: routing, dns_records: [{ type: 'A', ttl: 10 }] }],
  });
  const inside = async (expression: string): Promise<unknown> => {
    const code = `import * as dns from 'node:dns/promises';
      const value = await Promise.resolve().then(() => ${expression}).catch((e) => e.cause?.code ?? e.code);
      console.log(JSON.stringify(value));`;
    const env = { PATH: process.env['PATH'] ?? '', ...namesEnvironment({ data: join(folder, 'data') }, {}) };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { env });
    return JSON.parse(stdout) as unknown;
  };
  try {
    await work({ plane, auth: plane.registry.connect(address, 'discovery'), inside });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function registered({ auth }: Pick<Map, 'auth'>, count: number): void {
  for (let index = 0; index < count; index += 1) auth.register(`t${String(index)}`, { 3001: 40_000 + index });
}

const name = 'auth-service.shop.local';

const cloudmap = (title: string, source: string, run: ConformanceCase['run']): ConformanceCase => ({
  layer: 'cloudmap',
  name: title,
  source,
  run,
});

export const cases: readonly ConformanceCase[] = [
  cloudmap('answers with every instance while there are eight or fewer (MULTIVALUE)', dnsConfig, () =>
    withMap(async (map) => {
      registered(map, 3);
      const found = (await map.inside(`dns.resolve4('${name}')`)) as string[];
      assert.deepEqual(found.toSorted(), ['127.64.156.64', '127.64.156.65', '127.64.156.66']);
    }),
  ),
  cloudmap('answers with at most eight of ten instances (MULTIVALUE)', dnsConfig, () =>
    withMap(async (map) => {
      registered(map, 10);
      const found = (await map.inside(`dns.resolve4('${name}')`)) as string[];
      assert.deepEqual([found.length, new Set(found).size], [8, 8]);
    }),
  ),
  cloudmap('answers different clients with instances in different orders', dnsConfig, () =>
    withMap(async (map) => {
      registered(map, 3);
      const orders = await map.inside(
        `Promise.all(Array.from({ length: 60 }, () => dns.resolve4('${name}'))).then((all) => new Set(all.map(String)).size)`,
      );
      assert.ok(Number(orders) > 1);
    }),
  ),
  cloudmap('answers with one instance of chance (WEIGHTED)', dnsConfig, () =>
    withMap(async (map) => {
      registered(map, 3);
      const found = (await map.inside(
        `Promise.all(Array.from({ length: 60 }, () => dns.resolve4('${name}')))`,
      )) as string[][];
      assert.ok(found.every((addresses) => addresses.length === 1));
      assert.ok(new Set(found.flat()).size > 1);
    }, 'WEIGHTED'),
  ),
  cloudmap('tells the TTL of the record', dnsRecord, () =>
    withMap(async (map) => {
      registered(map, 1);
      assert.deepEqual(await map.inside(`dns.resolve4('${name}', { ttl: true })`), [
        { address: '127.64.156.64', ttl: 10 },
      ]);
    }),
  ),
  cloudmap('has no IPv6 address for a service with A records', dnsRecord, () =>
    withMap(async (map) => {
      registered(map, 1);
      assert.equal(await map.inside(`dns.lookup('${name}', { family: 6 })`), 'ENOTFOUND');
      assert.deepEqual(await map.inside(`dns.lookup('${name}')`), { address: '127.64.156.64', family: 4 });
    }),
  ),
  cloudmap('knows no service without instances', registering, () =>
    withMap(async (map) => {
      assert.equal(await map.inside(`dns.lookup('${name}')`), 'ENOTFOUND');
    }),
  ),
  cloudmap('knows no service that is not in the namespace', namespaces, () =>
    withMap(async (map) => {
      registered(map, 1);
      assert.equal(await map.inside(`dns.resolve4('other.shop.local')`), 'ENOTFOUND');
      assert.equal(await map.inside(`dns.lookup('shop.local')`), 'ENOTFOUND');
    }),
  ),
  cloudmap('takes names in any case and with a final dot', 'https://www.rfc-editor.org/rfc/rfc4343 (not re-read)', () =>
    withMap(async (map) => {
      registered(map, 1);
      const both = `Promise.all([dns.resolve4('AUTH-Service.shop.LOCAL'), dns.resolve4('${name}.')])`;
      assert.deepEqual(await map.inside(both), [['127.64.156.64'], ['127.64.156.64']]);
    }),
  ),
  cloudmap('resolves in the VPC alone', namespaces, () =>
    withMap(async (map) => {
      registered(map, 1);
      await assert.rejects(lookup(name));
    }),
  ),
  cloudmap('no longer answers with an instance that was deregistered', registering, () =>
    withMap(async (map) => {
      registered(map, 2);
      map.auth.deregister('t0');
      assert.deepEqual(await map.inside(`dns.resolve4('${name}')`), ['127.64.156.65']);
    }),
  ),
  cloudmap('replaces an instance that is registered again under its id', registering, () =>
    withMap(async (map) => {
      registered(map, 1);
      map.auth.register('t0', { 3001: 40_007 });
      assert.deepEqual(await map.inside(`dns.resolve4('${name}')`), ['127.64.156.71']);
    }),
  ),
  cloudmap('gives each task an address of its own, where its container port answers', discovery, () =>
    withMap(async (map) => {
      const server = createServer((request, response) => response.end(request.headers.host));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      map.auth.register('t1', { 3001: (server.address() as { port: number }).port });
      const asked = `fetch('http://${name}:3001/').then((response) => response.text())`;
      assert.equal(await map.inside(asked), `${name}:3001`);
      assert.equal(await map.inside(`fetch('http://${name}:3002/')`), 'ECONNREFUSED');
      server.close();
    }),
  ),
  cloudmap('lets an alias stand for a load balancer', registering, () =>
    withMap(async ({ plane, inside }) => {
      await plane.apply(room.local.aws_service_discovery_instance, 'aws_service_discovery_instance.alb', {
        instance_id: 'alb',
        service_id: 'srv-auth_service',
        attributes: { AWS_ALIAS_DNS_NAME: 'shop.elb.amazonaws.com' },
      });
      assert.match(String(await inside(`dns.resolve4('${name}')`)), /^127\.64\./);
    }),
  ),
];
