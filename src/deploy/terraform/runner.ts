import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { diskFull } from '../../base/disk-full.js';
import { LandfallError } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import type { Stack } from '../../stack/stack.js';
import { runInBackground, waitForLeftBehind } from './background.js';
import type { FoundTerraform } from './find.js';
import { openJournal } from './journal.js';
import { readMessage, type Diagnostic } from './messages.js';
import { importedIn, plannedChanges, type PlanDocument, type PlannedChange } from './plan.js';
import { planWithImports } from './plan-imports.js';
import { killedProblem, leavesUnsaved, terraformProblem } from './problems.js';
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
  /** Made anew, whether or not they change. */
  readonly replace?: readonly string[];
}

/** A plan that is saved and can be applied as it is. */
export interface SavedPlan {
  readonly file: string;
  readonly changes: readonly PlannedChange[];
  /** Addresses that it takes over. */
  readonly imports: readonly string[];
}

/** Whether applying it would do anything. */
export const doesNothing = ({ changes, imports }: SavedPlan): boolean => changes.length + imports.length === 0;

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
  /** Whether an apply was cut off, so that the state may not know all that it has made. */
  isUnsure(): Promise<boolean>;
  /** What Terraform told of such applies. */
  unsaved(): Promise<string>;
  /** All is saved. */
  allSaved(): Promise<void>;
  /** Whether Terraform could not save its state when it ended, and left it in the folder. */
  hasLeftState(): Promise<boolean>;
  /** Saves the state that Terraform could not save when it ended, and left in the folder. @returns whether there was one */
  pushLeftState(): Promise<boolean>;
  /** Takes addresses out of the state: what stands on AWS goes on standing. */
  forget(addresses: readonly string[]): Promise<void>;
  /** Frees a lock on the state that a killed run left. */
  unlock(id: string): Promise<void>;
}

export function openTerraform(parts: TerraformParts): TerraformRunner {
  const { folder, signal, emit } = parts;
  const work = join(folder, 'terraform');
  const env = environmentOf(parts);
  const journal = openJournal(work);
  const leftState = join(folder, 'errored.tfstate');
  const follow = async (
    command: string,
    args: readonly string[],
    { pending = [], file }: { readonly pending?: readonly string[]; readonly file?: string } = {},
  ) => {
    const diagnostics: Diagnostic[] = [];
    const step = terraformSteps(emit, parts.stack, pending);
    const onLine = (line: string) => {
      const message = readMessage(line);
      if (message.type === 'diagnostic') diagnostics.push(message.diagnostic);
      step(message);
    };
    const all = [command, '-json', '-input=false', ...args];
    const run = { file: parts.found.file, args: all, cwd: folder, env, folder: work, signal, onLine };
    const { code, killedBy, errors } = await runInBackground({ ...run, ...(file !== undefined && { journal: file }) });
    signal.throwIfAborted();
    if (killedBy !== null) throw killedProblem(command, killedBy);
    if (code !== 0 && diagnostics.length === 0 && (await isFull(work))) throw new LandfallError(diskFull(work));
    if (code !== 0) throw terraformProblem(diagnostics, { command, stderr: errors, retry: parts.retry });
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
    plan: async ({ targets = [], refresh = true, destroy = false, replace = [] } = {}) => {
      await mkdir(work, { recursive: true, mode: 0o700 });
      const file = join(work, 'plan');
      const document = await planWithImports({ folder, owner: parts.stack, emit }, async () => {
        await follow('plan', [
          `-out=${file}`,
          ...(refresh ? [] : ['-refresh=false']),
          ...(destroy ? ['-destroy'] : []),
          ...replace.map((address) => `-replace=${address}`),
          ...targets.map((target) => `-target=${target}`),
        ]);
        return JSON.parse(await ask('show', '-json', file)) as PlanDocument;
      });
      return { file, changes: plannedChanges(document), imports: importedIn(document) };
    },
    apply: async ({ file, changes }) => {
      const before = await journal.size();
      try {
        await follow('apply', [file], { pending: changes.map(({ address }) => address), file: journal.file });
        await journal.cutTo(before);
      } catch (error) {
        if (!signal.aborted && !leavesUnsaved(error) && !(await exists(leftState))) await journal.cutTo(before);
        throw error;
      } finally {
        await rm(file, { force: true });
      }
    },
    state: async () => readState(await ask('state', 'pull')),
    isUnsure: async () => (await journal.size()) > 0 || (await exists(leftState)),
    unsaved: () => journal.read(),
    allSaved: () => journal.cutTo(0),
    hasLeftState: () => exists(leftState),
    pushLeftState: async () => {
      if (!(await exists(leftState))) return false;
      try {
        await ask('state', 'push', leftState);
        await rm(leftState, { force: true });
        return true;
      } catch (error) {
        // Another machine has gone on since; what this one had made is known from the journal.
        if (!(error instanceof LandfallError) || !/newer state|unrelated state|same serial/.test(error.message))
          throw error;
        await rename(leftState, join(work, 'overtaken.tfstate'));
        return false;
      }
    },
    forget: async (addresses) => {
      if (addresses.length > 0) await ask('state', 'rm', ...addresses);
    },
    unlock: async (id) => {
      await ask('force-unlock', '-force', id);
    },
  };
}

/** Terraform's words go to files: on a full disk they are lost. */
async function isFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < 64 * 1024;
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

function environmentOf({ env, folder, pluginCache }: TerraformParts): Readonly<Record<string, string | undefined>> {
  return {
    TF_PLUGIN_CACHE_DIR: pluginCache,
    // The lock file stands in a folder of generated files, for this machine alone.
    TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: '1',
    ...env,
    // Set for another project's Terraform, these would take an environment's state from elsewhere.
    TF_DATA_DIR: join(folder, '.terraform'),
    TF_WORKSPACE: 'default',
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
