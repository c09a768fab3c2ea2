import { describe, expect, test } from 'vitest';
import { attr, resource } from '../../stack/stack.js';
import { readState } from '../terraform/state.js';
import { readJournal } from './creations.js';
import { importId } from './import-id.js';
import { foundByTags } from './tagged.js';
import { unsavedIn } from './unsaved.js';

const told = (type: string, addr: string, action: string, id?: string) =>
  JSON.stringify({
    type,
    hook: { resource: { addr }, action, ...(id !== undefined && { id_key: 'id', id_value: id }) },
  });
const begun = (address: string) => told('apply_start', address, 'create');
const made = (address: string, id: string) => told('apply_complete', address, 'create', id);
const removing = (address: string, id: string) => told('apply_start', address, 'delete', id);
const removed = (address: string) => told('apply_complete', address, 'delete');

const stateOf = (ids: Readonly<Record<string, string>>) =>
  readState(
    JSON.stringify({
      resources: Object.entries(ids).map(([address, id]) => {
        const [type, name] = address.split('.');
        return { mode: 'managed', type, name, instances: [{ attributes: { id } }] };
      }),
    }),
  );

describe('what Terraform told before it was killed', () => {
  test('is what it made, with its id, and what it had begun', () => {
    const text = [begun('aws_vpc.main'), made('aws_vpc.main', 'vpc-1'), begun('aws_eip.a'), '{"type":"apply_comp'];
    expect(readJournal(text.join('\n')).creations).toEqual([
      { address: 'aws_vpc.main', made: { key: 'id', id: 'vpc-1' } },
      { address: 'aws_eip.a' },
    ]);
  });

  test('of several runs, one after the other: the last counts', () => {
    const text = [begun('aws_eip.a'), '', begun('aws_eip.a'), made('aws_eip.a', 'eipalloc-2')];
    expect(readJournal(text.join('\n')).creations).toEqual([
      { address: 'aws_eip.a', made: { key: 'id', id: 'eipalloc-2' } },
    ]);
  });

  test('what was destroyed again is not there; what takes its place is', () => {
    const a = [made('aws_eip.a', '1'), removing('aws_eip.a', '1'), removed('aws_eip.a')];
    const b = [removing('aws_eip.b', '1'), removed('aws_eip.b'), begun('aws_eip.b'), made('aws_eip.b', '2')];
    const c = [made('aws_eip.c', '2'), removing('aws_eip.c', '1'), removed('aws_eip.c')];
    const { creations } = readJournal([...a, ...b, ...c].join('\n'));
    expect(creations.map(({ address, made: of }) => [address, of?.id])).toEqual([
      ['aws_eip.b', '2'],
      ['aws_eip.c', '2'],
    ]);
  });
});

describe('what the state does not know', () => {
  test('is what it has no address for', () => {
    const journal = readJournal([made('aws_vpc.main', 'vpc-1'), made('aws_eip.a', 'e'), begun('aws_eip.b')].join('\n'));
    const { creations, gone, besides } = unsavedIn(journal, stateOf({ 'aws_vpc.main': 'vpc-1' }));
    expect(creations.map(({ address }) => address)).toEqual(['aws_eip.a', 'aws_eip.b']);
    expect([gone, besides]).toEqual([[], []]);
  });

  test('is what took the place of something destroyed, whose address the state must give up first', () => {
    const lines = [removing('aws_lb.main', 'old'), removed('aws_lb.main'), begun('aws_lb.main')];
    const { creations, gone } = unsavedIn(readJournal(lines.join('\n')), stateOf({ 'aws_lb.main': 'old' }));
    expect(creations).toEqual([{ address: 'aws_lb.main' }]);
    expect(gone).toEqual(['aws_lb.main']);
  });

  test('what was made beside something that still stands cannot have its address', () => {
    const { creations, besides } = unsavedIn(
      readJournal(made('aws_lb.main', 'new')),
      stateOf({ 'aws_lb.main': 'old' }),
    );
    expect(creations).toEqual([]);
    expect(besides).toEqual([{ address: 'aws_lb.main', made: { key: 'id', id: 'new' } }]);
  });
});

describe('an import', () => {
  const cluster = 'aws_ecs_cluster.main';
  const service = resource('aws_ecs_service.api', { name: 'shop-dev-api', cluster: attr(cluster, 'id') });

  test('names a resource by its arguments, whose references stay', () => {
    expect(importId(service, {})).toBe('${aws_ecs_cluster.main.name}/shop-dev-api');
    const role = resource('aws_iam_role_policy.work', {
      name: 'work',
      role: attr('aws_iam_role.x', 'id'),
      policy: '{}',
    });
    expect(importId(role, {})).toBe('${aws_iam_role.x.id}:work');
  });

  test('names it by the id that AWS gave, which must be known', () => {
    const vpc = resource('aws_vpc.main', { cidr_block: '10.0.0.0/16' });
    expect(importId(vpc, { id: 'vpc-1' })).toBe('vpc-1');
    expect(importId(vpc, {})).toBeUndefined();
  });

  test('is not made of what is simply made again', () => {
    const version = resource('aws_secretsmanager_secret_version.a', { secret_id: 'a' });
    expect(importId(version, { id: 'a|1' })).toBeUndefined();
  });
});

describe('what Terraform had only begun', () => {
  const ec2 = 'arn:aws:ec2:eu-central-1:111122223333';
  const tagged = [
    { arn: `${ec2}:natgateway/nat-a`, tags: { Name: 'shop-dev-nat-a' } },
    { arn: `${ec2}:natgateway/nat-b`, tags: { Name: 'shop-dev-nat-b' } },
    { arn: `${ec2}:elastic-ip/eipalloc-a`, tags: { Name: 'shop-dev-nat-a' } },
    { arn: 'arn:aws:ecs:eu-central-1:111122223333:task-definition/shop-dev-api:9', tags: { Name: 'shop-dev-api' } },
    { arn: 'arn:aws:ecs:eu-central-1:111122223333:task-definition/shop-dev-api:10', tags: { Name: 'shop-dev-api' } },
  ];

  test('is found by its type and its name among what carries the tags', () => {
    const gateway = resource('aws_nat_gateway.b', { subnet_id: 's', tags: { Name: 'shop-dev-nat-b' } });
    expect(foundByTags(gateway, tagged).id).toBe('nat-b');
    expect(foundByTags(gateway, [])).toEqual({});
  });

  test('is left alone where two could be meant', () => {
    const gateway = resource('aws_nat_gateway.b', { subnet_id: 's', tags: { Name: 'shop-dev-nat-b' } });
    expect(
      foundByTags(gateway, [...tagged, { arn: `${ec2}:natgateway/nat-c`, tags: { Name: 'shop-dev-nat-b' } }]),
    ).toEqual({});
  });

  test('is the newest revision of a task definition', () => {
    const definition = resource('aws_ecs_task_definition.api', {
      family: 'shop-dev-api',
      container_definitions: '[]',
      tags: { Name: 'shop-dev-api' },
    });
    expect(importId(definition, foundByTags(definition, tagged))).toMatch(/shop-dev-api:10$/);
  });
});
