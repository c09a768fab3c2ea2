import { describe, expect, test } from 'vitest';
import type { Layer, SynthPart } from './layer.js';
import { attr, dataSource, resource, variable } from './stack.js';
import { artifactFiles, synthesise } from './synth.js';
import { configOf } from './testing/config.js';

type Room = Pick<Layer, 'name' | 'synth' | 'files'>;

const room = (name: Room['name'], part: SynthPart, files: Room['files'] = () => []): Room => ({
  name,
  synth: () => part,
  files,
});
const vpc = resource('aws_vpc.main', {});
const subnet = resource('aws_subnet.a', { vpc_id: attr('aws_vpc.main', 'id') });

const mistakeIn = (...rooms: readonly Room[]): unknown => {
  try {
    synthesise(configOf(), rooms);
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('synthesise', () => {
  test('joins the rooms, sorted by address', () => {
    const { stack } = synthesise(configOf(), [
      room('network', { resources: [vpc, subnet], outputs: [{ name: 'z', description: 'Z', value: 'z' }] }),
      room('ecs', {
        resources: [resource('aws_ecs_cluster.main', { name: 'c' })],
        outputs: [{ name: 'a', description: 'A', value: 'a' }],
      }),
    ]);
    expect(stack.resources.map(({ type, name }) => `${type}.${name}`)).toEqual([
      'aws_ecs_cluster.main',
      'aws_subnet.a',
      'aws_vpc.main',
    ]);
    expect(stack.outputs.map(({ name }) => name)).toEqual(['a', 'z']);
    expect(stack).toMatchObject({ project: 'shop', environment: 'dev', region: 'eu-central-1' });
  });

  test('gives the same bytes whatever the order of the rooms and of what they emit', () => {
    const rooms = [room('network', { resources: [vpc, subnet] }), room('s3', { resources: [] })];
    const turned = [room('s3', {}), room('network', { resources: [subnet, vpc] })];
    const bytes = (order: readonly Room[]) => artifactFiles(synthesise(configOf(), order));
    expect(bytes(turned)).toEqual(bytes(rooms));
  });

  test('reports an address that two rooms emit', () => {
    const error = mistakeIn(room('network', { resources: [vpc] }), room('ecs', { resources: [vpc] }));
    expect(error).toMatchObject({
      code: 'STACK_INCONSISTENT',
      message: 'Two rooms emit one address: aws_vpc.main.',
    });
  });

  test('takes a resource and a data source of one name for two', () => {
    const log = dataSource('data.aws_secretsmanager_secret_version.a', { secret_id: 'x' });
    const own = resource('aws_secretsmanager_secret_version.a', { secret_id: 'x' });
    expect(mistakeIn(room('secrets', { resources: [own], data: [log] }))).toBeUndefined();
  });

  test('reports every reference and every depends_on that leads nowhere', () => {
    const orphan = resource('aws_subnet.b', { vpc_id: 'x' }, { dependsOn: ['aws_eip.nat_a'] });
    expect(mistakeIn(room('network', { resources: [subnet, orphan] }))).toMatchObject({
      code: 'STACK_INCONSISTENT',
      message: 'References point to nothing: aws_subnet.a → aws_vpc.main, aws_subnet.b → aws_eip.nat_a.',
    });
  });

  test('reports a variable that is used and not declared, a name declared twice, and an output that leads nowhere', () => {
    const using = resource('aws_subnet.a', { vpc_id: variable('image') });
    const image = { name: 'image', description: 'An image' };
    expect(mistakeIn(room('network', { resources: [using], variables: [image] }))).toBeUndefined();
    expect(mistakeIn(room('network', { resources: [using] }))).toMatchObject({
      message: 'References point to nothing: aws_subnet.a → var.image.',
    });
    expect(mistakeIn(room('network', { variables: [image] }), room('ecs', { variables: [image] }))).toMatchObject({
      message: 'Two rooms emit one address: var.image.',
    });
    const output = { name: 'host', description: 'Host', value: attr('aws_lb.main', 'dns_name') };
    expect(mistakeIn(room('alb', { outputs: [output] }))).toMatchObject({
      message: 'References point to nothing: output.host → aws_lb.main.',
    });
    expect(
      mistakeIn(
        room('network', {
          resources: [vpc],
          outputs: [
            { ...output, value: 'a' },
            { ...output, value: 'b' },
          ],
        }),
      ),
    ).toMatchObject({
      message: 'Two rooms emit one address: output.host.',
    });
  });
});

test('the artifact is main.tf.json, manifest.json and the rooms’ files', () => {
  const files = artifactFiles(
    synthesise(configOf(), [
      room('gateway', {}, (config) => [{ path: 'gateway/kong.yml', content: config.project }]),
      room('s3', {
        manifest: { endpoints: [{ name: 'api', host: 'api.dev.example.com' }] },
      }),
    ]),
  );
  expect(files.map(({ path }) => path)).toEqual(['main.tf.json', 'manifest.json', 'gateway/kong.yml']);
  expect(JSON.parse(String(files[1]?.content))).toMatchObject({
    version: 1,
    project: 'shop',
    domain: 'dev.example.com',
    endpoints: [{ name: 'api', host: 'api.dev.example.com' }],
  });
});
