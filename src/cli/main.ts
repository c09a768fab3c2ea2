import { Command as Program, CommanderError, Option } from 'commander';
import { LandfallError, messageOf, type Problem } from '../base/errors.js';
import { diskFullProblem } from '../base/disk-full.js';
import { version } from '../base/version.js';
import { commandsFor, type CommandEntry } from './commands/index.js';
import type { CommonOptions, Io } from './io.js';
import { processIo } from './process-io.js';
import { paintFor } from './render/paint.js';
import { renderProblems } from './render/problems.js';
import { progressFor } from './render/progress.js';

/**
 * Runs one command line.
 * @returns the exit code: 0 done, 1 failed or declined, 2 changes pending, 130 interrupted
 */
export async function run(argv: readonly string[], io: Io = processIo()): Promise<number> {
  let exitCode = 0;
  const program = programOf(await commandsFor(argv), io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0 && argv.includes('--json')) {
      const message = error.message.replace(/^error: /, '');
      printErrors(io, [{ code: 'USAGE', message, fix: 'See landfall --help.' }]);
    }
    return error.exitCode === 0 ? 0 : 1;
  }
}

function programOf(commands: readonly CommandEntry[], io: Io, setExitCode: (code: number) => void): Program {
  const program = new Program('landfall')
    .description(
      'Deploys a full-stack TypeScript application to AWS, and runs the very same stack on this machine with --local.',
    )
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError('Run the command with --help to see what it takes.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  for (const entry of commands) program.addCommand(commandOf(entry, io, setExitCode));
  return program;
}

function commandOf(entry: CommandEntry, io: Io, setExitCode: (code: number) => void): Program {
  const command = new Program(entry.name).description(entry.description).exitOverride();
  command
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .showSuggestionAfterError();
  command.addOption(
    new Option('--env <name>', 'environment of the config').makeOptionMandatory(entry.needsEnvironment ?? true),
  );
  command.option('--config <file>', 'config file (default: the nearest landfall.config.{ts,mts,js,mjs,json} upwards)');
  command.option('--json', 'print one JSON document on standard output; progress goes to standard error');
  for (const option of entry.options ?? []) command.addOption(option);
  for (const argument of entry.arguments ?? []) command.addArgument(argument);
  return command.action(async (...received: unknown[]) => {
    const options = command.opts<CommonOptions>();
    setExitCode(await execute(entry, { ...options, arguments: received.slice(0, -2) }, io));
  });
}

async function execute(
  entry: CommandEntry,
  options: CommonOptions & { readonly arguments: readonly unknown[] },
  io: Io,
): Promise<number> {
  const progress = await progressFor(io);
  try {
    const outcome = await entry.run(options, io, progress.emit);
    progress.close();
    io.out(options.json === true ? `${JSON.stringify(outcome.document, null, 2)}\n` : outcome.text);
    return outcome.exitCode ?? 0;
  } catch (error) {
    progress.close();
    const problems = problemsOf(error, io);
    if (options.json === true) printErrors(io, problems);
    else io.err(renderProblems(problems, paintFor(io.color)));
    return io.signal.aborted ? 130 : 1;
  }
}

function printErrors(io: Io, problems: readonly Problem[]): void {
  const errors = problems.map(({ code, message, fix, path }) => ({ code, message, fix, path: path ?? null }));
  io.out(`${JSON.stringify({ errors }, null, 2)}\n`);
}

function problemsOf(error: unknown, io: Io): readonly Problem[] {
  if (io.signal.aborted) {
    return [
      {
        code: 'INTERRUPTED',
        message: 'Interrupted. What was finished is saved.',
        fix: 'Run the command again to go on.',
      },
    ];
  }
  if (error instanceof LandfallError) return error.problems;
  const full = diskFullProblem(error);
  if (full !== undefined) return [full];
  const detail = io.env['LANDFALL_DEBUG'] === undefined || !(error instanceof Error) ? '' : `\n${error.stack ?? ''}`;
  return [
    {
      code: 'UNEXPECTED',
      message: `${messageOf(error)}${detail}`,
      fix: 'This is a mistake in Landfall: run it again with LANDFALL_DEBUG=1 and report what it prints.',
    },
  ];
}
