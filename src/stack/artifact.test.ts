import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { hashFiles, readArtifact, writeArtifact } from './artifact.js';
import type { ArtifactFile } from './layer.js';
import { attr, resource } from './stack.js';
import { artifactFiles, synthesise } from './synth.js';
import { configOf } from './testing/config.js';

let folder: string;

beforeEach(async () => {
  const parent = await mkdtemp(join(tmpdir(), 'landfall-artifact-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  folder = join(parent, '.landfall', 'dev');
});

const stackFiles = (): readonly ArtifactFile[] =>
  artifactFiles(
    synthesise(configOf(), [
      {
        name: 'network',
        synth: () => ({
          resources: [
            resource('aws_vpc.main', { tags: { Name: 'literal ${x}' } }),
            resource('aws_subnet.a', { vpc_id: attr('aws_vpc.main', 'id') }),
          ],
        }),
        files: () => [
          { path: 'gateway/kong.yml', content: '_format_version: "3.0"\n' },
          { path: 'lambda/wake.zip', content: Uint8Array.from([80, 75, 0, 255]) },
        ],
      },
    ]),
  );

const filesBelow = async (place: string) =>
  (await readdir(place, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(place.length + 1))
    .sort();

describe('writeArtifact', () => {
  test('writes text and bytes, folders with them, and leaves no temporary file', async () => {
    await writeArtifact(folder, stackFiles());
    expect(await filesBelow(folder)).toEqual(['gateway/kong.yml', 'lambda/wake.zip', 'main.tf.json', 'manifest.json']);
    expect([...(await readFile(join(folder, 'lambda/wake.zip')))]).toEqual([80, 75, 0, 255]);
  });

  test('twice gives the same bytes', async () => {
    const all = async () =>
      Promise.all((await filesBelow(folder)).map((file) => readFile(join(folder, file), 'base64')));
    await writeArtifact(folder, stackFiles());
    const first = await all();
    await writeArtifact(folder, stackFiles());
    expect(await all()).toEqual(first);
  });

  test('removes what is no longer generated from its own folders, and leaves others’ files alone', async () => {
    await mkdir(join(folder, 'local'), { recursive: true });
    await mkdir(join(folder, 'gateway'));
    const foreign = ['local/state.json', 'terraform.tfstate', 'images.auto.tfvars.json', 'gateway/old.lua'];
    for (const file of foreign) await writeFile(join(folder, file), 'mine');
    await writeArtifact(folder, stackFiles());
    const left = await filesBelow(folder);
    expect(left).toEqual(expect.arrayContaining(['local/state.json', 'terraform.tfstate', 'images.auto.tfvars.json']));
    expect(left).not.toContain('gateway/old.lua');
  });

  test('replaces a file as a whole: who has the old one open keeps reading the old one', async () => {
    const file = join(folder, 'main.tf.json');
    await writeArtifact(folder, [{ path: 'main.tf.json', content: 'old' }]);
    const before = await stat(file);
    await writeArtifact(folder, [{ path: 'main.tf.json', content: 'new' }]);
    expect((await stat(file)).ino).not.toBe(before.ino);
    expect(await readFile(file, 'utf8')).toBe('new');
  });
});

describe('readArtifact', () => {
  test('gives the Stack and the manifest that were written', async () => {
    await writeArtifact(folder, stackFiles());
    const { stack, manifest } = await readArtifact(folder);
    expect(stack.resources).toEqual([
      resource('aws_subnet.a', { vpc_id: attr('aws_vpc.main', 'id') }),
      resource('aws_vpc.main', { tags: { Name: 'literal ${x}' } }),
    ]);
    expect(manifest).toMatchObject({ version: 1, environment: 'dev' });
  });

  test.each([
    ['a missing file', undefined],
    ['a file that is no JSON', '{ "resource": '],
    ['a file without a provider', '{}'],
  ])('says that %s cannot be read, and where', async (_name, text) => {
    await writeArtifact(folder, stackFiles());
    if (text === undefined) await rm(join(folder, 'main.tf.json'));
    else await writeFile(join(folder, 'main.tf.json'), text);
    await expect(readArtifact(folder)).rejects.toMatchObject({ code: 'ARTIFACT_UNREADABLE', path: folder });
  });
});

describe('hashFiles', () => {
  const a = { path: 'a', content: 'one' };
  const b = { path: 'b', content: 'two' };

  test('does not depend on the order', () => {
    expect(hashFiles([a, b])).toBe(hashFiles([b, a]));
  });

  test('depends on names, contents, and where one ends and the next begins', () => {
    const hashes = [[a, b], [a], [{ ...a, content: 'two' }, b], [{ path: 'c', content: 'one' }, b]].map(hashFiles);
    expect(new Set([...hashes, hashFiles([{ path: 'a', content: 'oneb\0three' }])]).size).toBe(5);
    expect(hashFiles([{ path: 'a', content: 'é' }])).toBe(hashFiles([{ path: 'a', content: Buffer.from('é') }]));
  });
});
