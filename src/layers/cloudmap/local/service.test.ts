import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { namesFile, type NamesFile } from '../../../local/contract/names.js';
import { createFakePlane, type FakePlane } from '../../../local/testing/fake-context.js';
import { inert } from '../../../stack/layer.js';
import { cloudmap } from '../index.js';
import { discoveryService } from './service.js';

const address = 'aws_service_discovery_service.auth_service';
let folder: string;
let plane: FakePlane;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-cloudmap-'));
  plane = createFakePlane({ folder });
  const namespace = await plane.apply(
    inert('', ({ args }) => ({ name: args['name'] })),
    'aws_service_discovery_private_dns_namespace.main',
    { name: 'Shop.local' },
  );
  await apply('auth_service', 'auth-service', String(namespace['id']));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const apply = (id: string, name: string, namespace: string, routing = 'MULTIVALUE', ttl = 10) =>
  plane.apply(discoveryService, `aws_service_discovery_service.${id}`, {
    name,
    dns_config: [{ namespace_id: namespace, routing_policy: routing, dns_records: [{ type: 'A', ttl }] }],
  });

const discovery = () => plane.registry.connect(address, 'discovery');
const file = () => namesFile({ data: join(folder, 'data') });
const names = async () => JSON.parse(await readFile(file(), 'utf8')) as NamesFile;

it('writes each instance with an address of its own, and takes it away', async () => {
  expect(await names()).toEqual({ namespaces: ['shop.local'], names: {} });
  discovery().register('t1', { 3001: 45_000 });
  discovery().register('t2', { 3001: 45_001 });
  expect((await names()).names['auth-service.shop.local']).toEqual({
    routing: 'MULTIVALUE',
    ttlSeconds: 10,
    instances: [
      { address: '127.64.175.200', ports: { 3001: 45_000 } },
      { address: '127.64.175.201', ports: { 3001: 45_001 } },
    ],
  });
  discovery().deregister('t1');
  expect((await names()).names['auth-service.shop.local']?.instances).toHaveLength(1);
});

it('keeps instances when the service’s settings change', async () => {
  discovery().register('t1', { 3001: 45_000 });
  await apply('auth_service', 'auth-service', 'aws_service_discovery_private_dns_namespace.main', 'WEIGHTED', 60);
  expect((await names()).names['auth-service.shop.local']).toMatchObject({
    routing: 'WEIGHTED',
    ttlSeconds: 60,
    instances: [{ ports: { 3001: 45_000 } }],
  });
});

it('leaves no name when it is destroyed', async () => {
  discovery().register('t1', { 3001: 45_000 });
  await plane.destroy(discoveryService, address);
  expect(existsSync(file()) ? (await names()).names : {}).toEqual({});
});

it('lets tasks reach the load balancer’s ports by its alias', async () => {
  const { id } = await apply('alb', 'alb', 'aws_service_discovery_private_dns_namespace.main', 'WEIGHTED', 60);
  await plane.apply(cloudmap.local.aws_service_discovery_instance, 'aws_service_discovery_instance.alb', {
    instance_id: 'alb',
    service_id: id,
    attributes: { AWS_ALIAS_DNS_NAME: 'lb.example' },
  });
  const [instance] = (await names()).names['alb.shop.local']?.instances ?? [];
  expect(instance?.ports[8080]).toBe(plane.context(address).port('alb-8080'));
});
