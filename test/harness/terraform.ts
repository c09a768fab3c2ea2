import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ArtifactFile } from '../../src/stack/layer.js';
import { writeArtifact } from '../../src/stack/artifact.js';

const exec = promisify(execFile);

/** A Terraform that can find the AWS provider. */
export interface Terraform {
  readonly version: string;
  /** The environment in which it finds the provider. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs it in a folder. @throws with its own words when it fails */
  run(folder: string, ...args: readonly string[]): Promise<string>;
  /** The same Terraform with more variables in its environment. */
  withEnvironment(more: Readonly<Record<string, string>>): Terraform;
}

/**
 * The Terraform of this machine, with a local copy of the provider when there is one (then it needs no network).
 * @returns undefined when it is not installed
 */
export async function findTerraform(): Promise<Terraform | undefined> {
  const version = await exec('terraform', ['version', '-json']).then(
    ({ stdout }) => (JSON.parse(stdout) as { readonly terraform_version: string }).terraform_version,
    () => undefined,
  );
  if (version === undefined) return undefined;
  return terraformIn(version, {
    ...process.env,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    ...(await offlineEnvironment()),
  });
}

function terraformIn(version: string, env: NodeJS.ProcessEnv): Terraform {
  return {
    version,
    env,
    run: async (folder, ...args) => {
      const { stdout } = await exec('terraform', args, { cwd: folder, env, maxBuffer: 1 << 28 }).catch(
        (error: unknown) => {
          const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
          throw new Error(`terraform ${args.join(' ')}\n${stdout ?? ''}${stderr ?? String(error)}`);
        },
      );
      return stdout;
    },
    withEnvironment: (more) => terraformIn(version, { ...env, ...more }),
  };
}

/** A command-line configuration that takes the provider from a local mirror; nothing where no mirror is found. */
async function offlineEnvironment(): Promise<Readonly<Record<string, string>>> {
  const mirror = await findMirror();
  if (mirror === undefined) return {};
  const file = join(
    process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? tmpdir(), '.cache'),
    'landfall',
    'terraform-test.tfrc',
  );
  await mkdir(dirname(file), { recursive: true });
  const include = '["registry.terraform.io/hashicorp/aws"]';
  const written = `${file}.${String(process.pid)}`;
  await writeFile(
    written,
    `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n    include = ${include}\n  }\n  direct {\n    exclude = ${include}\n  }\n}\n`,
  );
  await rename(written, file);
  return { TF_CLI_CONFIG_FILE: file };
}

const suffix = '/registry.terraform.io/hashicorp/aws';

async function findMirror(): Promise<string | undefined> {
  const prune = ['/proc', '/sys', '/dev', '*/node_modules', '*/.terraform'].flatMap((path, index) => [
    ...(index === 0 ? [] : ['-o']),
    '-path',
    path,
  ]);
  const args = [
    '/',
    '-maxdepth',
    '6',
    '(',
    ...prune,
    ')',
    '-prune',
    '-o',
    '-type',
    'd',
    '-path',
    `*${suffix}`,
    '-print',
  ];
  const { stdout } = await exec('find', args).catch((error: unknown) => error as { stdout: string });
  const [found] = stdout.split('\n').filter((line) => line.endsWith(suffix));
  return found?.slice(0, -suffix.length);
}

/** One initialised folder, whose artifact is replaced for each validation: `init` is paid once. */
export interface Workbench {
  readonly folder: string;
  /** @throws with Terraform's own words when it refuses the artifact */
  validate(files: readonly ArtifactFile[]): Promise<void>;
  close(): Promise<void>;
}

/** A folder in which Terraform works. */
export async function openWorkbench(terraform: Terraform): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-terraform-'));
  let initialised = false;
  return {
    folder,
    validate: async (files) => {
      await writeArtifact(folder, files);
      if (!initialised) await terraform.run(folder, 'init', '-input=false', '-backend=false');
      initialised = true;
      await terraform.run(folder, 'validate', '-no-color');
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Whether this is CI, where no tool may be absent. */
export const onCi = process.env['CI'] !== undefined && process.env['CI'] !== '';

/** Fails on CI; elsewhere says that the tool is absent. */
export function requireOnCi(tool: string, found: unknown): void {
  if (found === undefined && onCi) throw new Error(`${tool} is not installed, and on CI it must be.`);
}
