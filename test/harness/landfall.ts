import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Emulator } from './emulator.js';
import type { Terraform } from './terraform.js';

const program = join(import.meta.dirname, '..', '..', 'bin', 'landfall.js');

/** How one command line ended. */
export interface Ended {
  readonly code: number | null;
  /** What it printed with `--json`; undefined when it was killed. */
  readonly document: Readonly<Record<string, unknown>> | undefined;
  readonly stderr: string;
  readonly seconds: number;
}

/** A project in a temporary folder, whose commands act on the emulator. */
export interface EmulatedProject {
  readonly folder: string;
  /** `.landfall/dev`. */
  readonly artifact: string;
  /** Every plan that was saved and read, as Terraform shows it with `-json`. */
  readonly shownPlans: string;
  writeConfig(config: object): Promise<void>;
  writeFile(path: string, text: string): Promise<void>;
  /** `landfall COMMAND --env dev --json …`. */
  run(command: string, ...args: readonly string[]): Promise<Ended>;
  /** The same, with this on its standard input. */
  runWithInput(input: string, command: string, ...args: readonly string[]): Promise<Ended>;
  /** The same, killed with SIGKILL as soon as its progress shows this. */
  killAt(shown: RegExp, command: string, ...args: readonly string[]): Promise<Ended>;
  /** The same, killed as soon as this has happened outside of it. */
  killWhen(happened: () => Promise<boolean>, command: string, ...args: readonly string[]): Promise<Ended>;
  /** The same; as soon as its progress shows this, something is done, once. */
  runUntil(
    shown: RegExp,
    act: (child: ChildProcess) => unknown,
    ...line: readonly [string, ...string[]]
  ): Promise<Ended>;
  /** The same commands, started by another command line, such as `nsenter`. */
  startedBy(line: readonly string[]): Pick<EmulatedProject, 'run' | 'runUntil'>;
  /** SIGKILL for the Terraform that works now, as when the machine goes down. */
  killTerraform(): Promise<void>;
  close(): Promise<void>;
}

/** @param more environment variables of its commands, in the place of the emulator's own */
export async function openEmulatedProject(
  emulator: Emulator,
  terraform: Terraform,
  more: Readonly<Record<string, string>> = {},
): Promise<EmulatedProject> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-project-'));
  const wrapper = join(folder, 'terraform.sh');
  const shownPlans = join(folder, 'shown-plans');
  await mkdir(shownPlans);
  await writeFile(wrapper, wrapperScript(shownPlans));
  await chmod(wrapper, 0o755);
  const env = {
    ...terraform.env,
    ...emulator.env,
    LANDFALL_TERRAFORM: wrapper,
    XDG_CACHE_HOME: join(folder, 'cache'),
    TF_CLI_ARGS_plan: '-parallelism=30',
    TF_CLI_ARGS_apply: '-parallelism=30',
    NODE_NO_WARNINGS: '1',
    ...more,
  };
  const artifact = join(folder, '.landfall', 'dev');
  const start = (command: string, args: readonly string[], through: readonly string[] = []): ChildProcess => {
    const line = [...through, process.execPath, program, command, '--env', 'dev', '--json', ...args];
    return spawn(line[0] ?? '', line.slice(1), { cwd: folder, env });
  };
  return {
    folder,
    artifact,
    shownPlans,
    writeConfig: (config) => writeFile(join(folder, 'landfall.config.json'), JSON.stringify(config)),
    writeFile: async (path, text) => {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), text);
    },
    run: (command, ...args) => outcome(start(command, args)),
    runWithInput: (input, command, ...args) => {
      const child = start(command, args);
      child.stdin?.end(input);
      return outcome(child);
    },
    killWhen: async (happened, command, ...args) => {
      const child = start(command, args);
      const ended = outcome(child);
      while (child.exitCode === null && !(await happened())) await sleep(20);
      child.kill('SIGKILL');
      return ended;
    },
    killAt: (shown, command, ...args) =>
      outcome(start(command, args), { shown, act: (child) => child.kill('SIGKILL') }),
    runUntil: (shown, act, command, ...args) => outcome(start(command, args), { shown, act }),
    startedBy: (line) => ({
      run: (command, ...args) => outcome(start(command, args, line)),
      runUntil: (shown, act, command, ...args) => outcome(start(command, args, line), { shown, act }),
    }),
    killTerraform: async () => {
      const text = await readFile(join(artifact, 'terraform', 'running.json'), 'utf8');
      const { pid } = JSON.parse(text) as { readonly pid: number };
      process.kill(-pid, 'SIGKILL');
      await sleep(200);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

interface Reaction {
  readonly shown: RegExp;
  readonly act: (child: ChildProcess) => unknown;
}

async function outcome(child: ChildProcess, reaction?: Reaction): Promise<Ended> {
  let waits = reaction;
  const started = performance.now();
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    if (waits?.shown.test(stderr) !== true) return;
    void waits.act(child);
    waits = undefined;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const document = stdout.trim() === '' ? undefined : (JSON.parse(stdout) as Ended['document']);
  return { code, document, stderr, seconds: (performance.now() - started) / 1000 };
}

const settings = {
  s3_use_path_style: true,
  skip_credentials_validation: true,
  skip_metadata_api_check: 'true',
  skip_region_validation: true,
  max_retries: 3,
};

/** What the emulator needs stands in an override file beside the artifact, which the product knows nothing of. */
const override = {
  provider: { aws: [settings, { alias: 'us_east_1', ...settings }] },
  terraform: {
    backend: {
      s3: {
        use_path_style: true,
        skip_credentials_validation: true,
        skip_metadata_api_check: true,
        skip_region_validation: true,
        skip_requesting_account_id: true,
      },
    },
  },
};

const wrapperScript = (shownPlans: string) => `#!/bin/sh
if [ -f main.tf.json ]; then cat > emulator_override.tf.json <<'END'
${JSON.stringify(override)}
END
fi
if [ "$1" = show ]; then terraform "$@" | tee "${shownPlans}/$$.json"; else exec terraform "$@"; fi
`;
