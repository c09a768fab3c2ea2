import type { Argument, Option } from 'commander';
import type { z } from 'zod';
import type { Emit } from '../../base/events.js';
import type { CommonOptions, Io, Outcome } from '../io.js';

/** A command as the program shows it. */
export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** What `--json` prints when the command succeeds. Published in `docs/json.gen.json`; end-to-end tests check each real output against it. */
  readonly document: z.ZodType;
  readonly options?: readonly Option[];
  readonly arguments?: readonly Argument[];
  /** Default true: `--env` must be given. */
  readonly needsEnvironment?: false;
  run(options: CommonOptions & { readonly arguments: readonly unknown[] }, io: Io, emit: Emit): Promise<Outcome>;
}

/** Every command, in the order of `--help`. Each is loaded when it is asked for: what deploys loads much that others do not need. */
const loaders: Readonly<Record<string, () => Promise<CommandEntry>>> = {
  'infra:init': async () => (await import('./init-state.js')).initState,
  init: async () => (await import('./init.js')).init,
  doctor: async () => (await import('./doctor.js')).doctor,
  'infra:generate': async () => (await import('./generate.js')).generate,
  'infra:plan': async () => (await import('./plan.js')).plan,
  'infra:deploy': async () => (await import('./deploy.js')).deploy,
  'infra:status': async () => (await import('./status.js')).status,
  'infra:outputs': async () => (await import('./outputs.js')).outputs,
  'infra:rollback': async () => (await import('./rollback.js')).rollback,
  'infra:logs': async () => (await import('./logs.js')).logs,
  'infra:sleep': async () => (await import('./sleep-wake.js')).sleep,
  'infra:wake': async () => (await import('./sleep-wake.js')).wake,
  'db:migrate': async () => (await import('./db-migrate.js')).dbMigrate,
  'secrets:list': async () => (await import('./secrets-list.js')).secretsList,
  'secrets:set': async () => (await import('./secrets-set.js')).secretsSet,
  'secrets:push': async () => (await import('./secrets-push.js')).secretsPush,
  'secrets:diff': async () => (await import('./secrets-diff.js')).secretsDiff,
  'secrets:get': async () => (await import('./secrets-get.js')).secretsGet,
  'secrets:rotate': async () => (await import('./secrets-rotate.js')).secretsRotate,
  'secrets:remove': async () => (await import('./secrets-remove.js')).secretsRemove,
  'infra:destroy': async () => (await import('./destroy.js')).destroy,
};

/** Every command's name, in the order of `--help`. */
export const commandNames: readonly string[] = Object.keys(loaders);

/** The command that a command line names first; all of them where it names none, for help and suggestions; none for the version alone. */
export async function commandsFor(argv: readonly string[]): Promise<readonly CommandEntry[]> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) return [];
  const [first = ''] = argv;
  const load = Object.hasOwn(loaders, first) ? loaders[first] : undefined;
  return Promise.all(load === undefined ? Object.values(loaders).map((one) => one()) : [load()]);
}
