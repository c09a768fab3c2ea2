import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { buildSecrets, hiding } from './secrets.js';

let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-secrets-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of ['home', 'project', 'out']) await mkdir(at(name));
});

test('an install gets the user’s registries and the project’s settings, with variables filled in', async () => {
  await writeFile(
    at('home/.npmrc'),
    'prefix=/home/ada\nregistry=https://npm.example/\n//npm.example/:_authToken=planted-1\n',
  );
  await writeFile(at('project/.npmrc'), 'legacy-peer-deps=true\n//own.example/:_authToken=${TOKEN}\n//x/:a=${UNSET}\n');
  const { files, values } = await buildSecrets(at('project'), at('out'), { HOME: at('home'), TOKEN: 'planted-2' });
  expect(Object.keys(files)).toEqual(['npmrc']);
  const file = files['npmrc'] ?? '';
  expect(await readFile(file, 'utf8')).toBe(
    'registry=https://npm.example/\n//npm.example/:_authToken=planted-1\nlegacy-peer-deps=true\n//own.example/:_authToken=planted-2\n//x/:a=${UNSET}\n',
  );
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(values).toEqual(['planted-1', 'planted-2']);
});

test('an install gets further certificate authorities, and nothing where there is nothing', async () => {
  expect(await buildSecrets(at('project'), at('out'), { HOME: at('home') })).toEqual({ files: {}, values: [] });
  await writeFile(at('home/ca.pem'), 'PEM');
  const { files } = await buildSecrets(at('project'), at('out'), { NODE_EXTRA_CA_CERTS: at('home/ca.pem') });
  expect(files).toEqual({ authorities: at('out/authorities.secret') });
});

test('what a tool writes is shown without the tokens', () => {
  expect(hiding(['planted-1', '', 'abc'])('401 for planted-1 of abc')).toBe('401 for *** of abc');
});
