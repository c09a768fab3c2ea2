import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Emit } from '../../base/events.js';
import type { Stack } from '../../stack/stack.js';
import { runInBackground, waitForLeftBehind } from './background.js';
import type { FoundTerraform } from './find.js';
import { readMessage, type Diagnostic } from './messages.js';
import { plannedChanges, type PlanDocument, type PlannedChange } from './plan.js';
import { terraformProblem } from './problems.js';
import { readState, type DeployedState } from './state.js';
import { terraformSteps } from './steps.js';

/** Where Terraform keeps its state. */
export interface Backend {
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
}

export interface TerraformParts {
  readonly found: FoundTerraform;
  /** The artifact's folder, in which Terraform works. */
  readonly folder: string;
  readonly stack: Stack;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Providers are kept here once for all projects, unless TF_PLUGIN_CACHE_DIR names another place. */
  readonly pluginCache: string;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** The command line to run again, for advice. */
  readonly retry: string;
}

export interface PlanOptions {
  /** Default: everything. */
  readonly targets?: readonly string[];
  /** Reads every resource first. Default true. */
  readonly refresh?: boolean;
  readonly destroy?: boolean;
}

/** A plan that is saved and can be applied as it is. */
export interface SavedPlan {
  readonly file: string;
  readonly changes: readonly PlannedChange[];
}

/** Terraform in one folder. Every method throws LandfallErrors with Terraform's own words. */
export interface TerraformRunner {
  /** Waits for the Terraform that an interrupted command left behind, which holds the state. */
  settle(): Promise<void>;
  /** Prepares the folder; nothing is done when it is prepared for this backend already. */
  init(backend: Backend): Promise<void>;
  plan(options?: PlanOptions): Promise<SavedPlan>;
  /** The plan's file is gone afterwards. */
  apply(plan: SavedPlan): Promise<void>;
  state(): Promise<DeployedState>;
  /** Takes a resource out of the state: it goes on standing on AWS. */
  forget(address: string): Promise<void>;
  /** Frees a lock on the state that a killed run left. */
  unlock(id: string): Promise<void>;
}

export function openTerraform(parts: TerraformParts): TerraformRunner {
  const { folder, signal, emit } = parts;
  const work = join(folder, 'terraform');
  const env = environmentOf(parts);
  const follow = async (command: string, args: readonly string[], pending: readonly string[] = []) => {
    const diagnostics: Diagnostic[] = [];
    const step = terraformSteps(emit, parts.stack, pending);
    const onLine = (line: string) => {
      const message = readMessage(line);
      if (message.type === 'diagnostic') diagnostics.push(message.diagnostic);
      step(message);
    };
    const all = [command, '-json', '-input=false', ...args];
    const run = { file: parts.found.file, args: all, cwd: folder, env, folder: work, signal, onLine };
    const { code, errors } = await runInBackground(run);
    signal.throwIfAborted();
    if (code === 1) throw terraformProblem(diagnostics, { command, stderr: errors, retry: parts.retry });
  };
  /** What ends at once and changes nothing but the folder. */
  const ask = async (...args: readonly string[]): Promise<string> => {
    const done = await execa(parts.found.file, args, {
      cwd: folder,
      env,
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      cancelSignal: signal,
      maxBuffer: 1 << 30,
    });
    signal.throwIfAborted();
    const command = args.slice(0, 2).join(' ');
    if (done.failed) throw terraformProblem([], { command, stderr: done.stderr || done.stdout, retry: parts.retry });
    return done.stdout;
  };
  return {
    settle: async () => {
      const step = { type: 'step', id: 'terraform:left', label: 'the interrupted command’s Terraform ends' } as const;
      const waited = await waitForLeftBehind(work, signal, () => emit({ ...step, status: 'started' }));
      if (waited) emit({ ...step, status: 'done' });
    },
    init: (backend) => prepare(parts, work, backend, ask),
    plan: async ({ targets = [], refresh = true, destroy = false } = {}) => {
      await mkdir(work, { recursive: true, mode: 0o700 });
      const file = join(work, 'plan');
      await follow('plan', [
        `-out=${file}`,
        ...(refresh ? [] : ['-refresh=false']),
        ...(destroy ? ['-destroy'] : []),
        ...targets.map((target) => `-target=${target}`),
      ]);
      return { file, changes: plannedChanges(JSON.parse(await ask('show', '-json', file)) as PlanDocument) };
    },
    apply: async ({ file, changes }) => {
      try {
        await follow(
          'apply',
          [file],
          changes.map(({ address }) => address),
        );
      } finally {
        await rm(file, { force: true });
      }
    },
    state: async () => readState(await ask('state', 'pull')),
    forget: async (address) => {
      await ask('state', 'rm', address);
    },
    unlock: async (id) => {
      await ask('force-unlock', '-force', id);
    },
  };
}

function environmentOf({ env, pluginCache }: TerraformParts): Readonly<Record<string, string | undefined>> {
  return {
    TF_PLUGIN_CACHE_DIR: pluginCache,
    // The lock file stands in a folder of generated files, for this machine alone.
    TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: '1',
    ...env,
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
    NO_COLOR: '1',
  };
}

/** Runs `init` unless it ran for the same backend and the same program; it costs seconds, and calls of AWS. */
async function prepare(
  { folder, found, env, pluginCache, emit }: TerraformParts,
  work: string,
  backend: Backend,
  ask: (...args: readonly string[]) => Promise<string>,
): Promise<void> {
  const settings = { ...backend, encrypt: true, use_lockfile: true };
  const main = JSON.parse(await readFile(join(folder, 'main.tf.json'), 'utf8')) as { readonly terraform?: unknown };
  const text = JSON.stringify([settings, main.terraform, found, env['TF_CLI_CONFIG_FILE'] ?? '']);
  const stamp = createHash('sha256').update(text).digest('hex');
  // Beside what init makes, so that both go together.
  const stampFile = join(folder, '.terraform', 'landfall-init');
  await writeFile(
    join(folder, 'backend.tf.json'),
    `${JSON.stringify({ terraform: { backend: { s3: {} } } }, null, 2)}\n`,
  );
  if ((await readFile(stampFile, 'utf8').catch(() => '')) === stamp) return;
  const started = performance.now();
  const step = { type: 'step', id: 'terraform:init', label: `${found.product} ${found.version} is prepared` } as const;
  emit({ ...step, status: 'started' });
  await mkdir(env['TF_PLUGIN_CACHE_DIR'] ?? pluginCache, { recursive: true });
  await mkdir(work, { recursive: true, mode: 0o700 });
  const flags = Object.entries(settings).map(([key, value]) => `-backend-config=${key}=${String(value)}`);
  await ask('init', '-input=false', '-no-color', '-reconfigure', ...flags);
  await writeFile(stampFile, stamp);
  emit({ ...step, status: 'done', milliseconds: performance.now() - started });
}
