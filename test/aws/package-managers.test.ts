import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { realWaiting } from '../../src/base/waiting.js';
import { layoutOf } from '../../src/deploy/images/builders/host-build.js';
import { stage } from '../../src/deploy/images/context.js';
import { planImage } from '../../src/deploy/images/plan.js';
import { parseReference } from '../../src/deploy/images/reference.js';
import { apiImage } from '../harness/api-image.js';

const exec = promisify(execFile);
const fixture = join(import.meta.dirname, '..', 'fixtures', 'workspace');

interface Variant {
  /** What else the workspace's root has. */
  readonly files: Readonly<Record<string, string>>;
  /** Makes the lockfile. */
  readonly lock: readonly string[];
  /** What is in the image's root. */
  readonly root: readonly string[];
}

const variants: Readonly<Record<string, Variant>> = {
  npm: {
    files: {},
    lock: ['npm', 'install', '--package-lock-only'],
    root: ['node_modules', 'package-lock.json', 'package.json', 'packages', 'services'],
  },
  pnpm: {
    files: { 'pnpm-workspace.yaml': 'packages: ["packages/*", "services/*"]\nlinkWorkspacePackages: true\n' },
    lock: ['npx', '--yes', 'pnpm@10', 'install', '--lockfile-only'],
    root: ['node_modules', 'package.json', 'packages', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'services'],
  },
  'Yarn 1': {
    files: {},
    lock: ['npx', '--yes', 'yarn@1', 'install', '--non-interactive'],
    root: ['node_modules', 'package.json', 'packages', 'services', 'yarn.lock'],
  },
  'Yarn 4': {
    files: { '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' },
    lock: ['npx', '--yes', '@yarnpkg/cli-dist@4', 'install', '--mode=update-lockfile'],
    root: ['.yarnrc.yml', 'node_modules', 'package.json', 'packages', 'services', 'yarn.lock'],
  },
};

/** The fixture with another package manager's files and lockfile. */
async function workspaceOf(folder: string, { files, lock }: Variant): Promise<string> {
  const project = join(folder, 'project');
  await cp(fixture, project, { recursive: true });
  await rm(join(project, 'package-lock.json'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(project, name), content);
  const [program = '', ...args] = lock;
  // In CI Yarn makes no lockfile.
  await exec(program, args, { cwd: project, env: { ...process.env, CI: '', YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' } });
  return project;
}

/** Nothing is pushed. */
const noLogin = { credentials: { username: '', password: '' }, renew: () => Promise.reject(new Error('No registry.')) };

/** What an image would hold, with copies for links. */
async function laidOut(folder: string, project: string): Promise<string> {
  const plan = await planImage(apiImage, { projectFolder: project, artifactFolder: '' }, {});
  if (plan.source.type !== 'recipe') throw new Error('The service has no recipe.');
  await stage(plan.context, join(folder, 'context'));
  const { signal } = new AbortController();
  const order = {
    service: 'api',
    folder,
    platform: plan.platform,
    target: parseReference('127.0.0.1:1/api:1'),
    source: plan.source,
    secrets: {},
    login: noLogin,
    say: () => undefined,
    hide: (line: string) => line,
    signal,
    waiting: realWaiting(signal),
  };
  const layers = await layoutOf(order, plan.source);
  const to = join(folder, 'image');
  await mkdir(to);
  for (const layer of layers) await exec('cp', ['-RL', `${join(folder, layer)}/.`, to]);
  return to;
}

describe.each(Object.entries(variants))('A workspace of %s', (_name, variant) => {
  test('is built and laid out without a daemon, with what the service needs when it runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'landfall-manager-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const to = await laidOut(folder, await workspaceOf(folder, variant));
    expect((await readdir(to)).sort()).toEqual(variant.root.toSorted());
    const { stdout } = await exec('node', ['dist/migrate.js'], { cwd: join(to, 'services/api') });
    expect(stdout).toBe('migrated: Hello for 1 minute.\n');
    await expect(readFile(join(to, 'node_modules/picocolors/package.json'))).rejects.toThrow();
    expect(await readdir(join(to, 'node_modules'))).not.toContain('.modules.yaml');
  });
});
