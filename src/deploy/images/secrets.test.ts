import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { buildSecrets } from './secrets.js';

let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-secrets-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of ['home', 'project', 'out']) await mkdir(at(name));
});

test('an install gets the user’s registries and the project’s settings, with variables filled in', async () => {
  await writeFile(at('home/.npmrc'), 'prefix=/home/ada\nregistry=https://npm.example/\n//npm.example/:_authToken=1\n');
  await writeFile(at('project/.npmrc'), 'legacy-peer-deps=true\n//own.example/:_authToken=${TOKEN}\n//x/:a=${UNSET}\n');
  const files = await buildSecrets(at('project'), at('out'), { HOME: at('home'), TOKEN: '2' });
  expect(Object.keys(files)).toEqual(['npmrc']);
  const file = files['npmrc'] ?? '';
  expect(await readFile(file, 'utf8')).toBe(
    'registry=https://npm.example/\n//npm.example/:_authToken=1\nlegacy-peer-deps=true\n//own.example/:_authToken=2\n//x/:a=${UNSET}\n',
  );
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('an install gets further certificate authorities, and nothing where there is nothing', async () => {
  expect(await buildSecrets(at('project'), at('out'), { HOME: at('home') })).toEqual({});
  await writeFile(at('home/ca.pem'), 'PEM');
  const files = await buildSecrets(at('project'), at('out'), { NODE_EXTRA_CA_CERTS: at('home/ca.pem') });
  expect(files).toEqual({ authorities: at('out/authorities.secret') });
});
