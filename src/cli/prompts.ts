import { LandfallError } from '../base/errors.js';

/** Questions to the person at the terminal; they appear on standard error. Tests give their own answers. */
export interface Prompts {
  /** Whether someone can answer: standard input and standard error are terminals. */
  readonly available: boolean;
  confirm(question: string): Promise<boolean>;
  /** Typed unseen. */
  secret(question: string): Promise<string>;
  text(question: string, standard?: string): Promise<string>;
  /** @returns the values chosen */
  choose(question: string, choices: readonly { readonly name: string; readonly value: string }[]): Promise<string[]>;
}

/** Asks with `@inquirer/prompts`, loaded at the first question. Ctrl-C ends the question and the command. */
export function terminalPrompts(available: boolean, signal: AbortSignal): Prompts {
  const context = { output: process.stderr, signal };
  const inquirer = () => import('@inquirer/prompts');
  return {
    available,
    confirm: async (message) => (await inquirer()).confirm({ message, default: false }, context),
    secret: async (message) => (await inquirer()).password({ message, mask: true }, context),
    text: async (message, standard) =>
      (await inquirer()).input({ message, ...(standard !== undefined && { default: standard }) }, context),
    choose: async (message, choices) =>
      (await inquirer()).checkbox(
        { message, choices: choices.map((choice) => ({ ...choice, checked: true })) },
        context,
      ),
  };
}

/**
 * Goes on when `yes` was given, or when the person at the terminal agrees.
 * @throws LandfallError `DECLINED`, or `CONFIRMATION_NEEDED` when nobody can be asked
 */
export async function assertConfirmed(prompts: Prompts, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!prompts.available) {
    throw new LandfallError({
      code: 'CONFIRMATION_NEEDED',
      message: `This needs a confirmation, and there is no terminal to ask at: ${question}`,
      fix: 'Add --yes to go on without being asked.',
    });
  }
  if (await prompts.confirm(question)) return;
  throw new LandfallError({
    code: 'DECLINED',
    message: 'Declined. Nothing was changed.',
    fix: 'Run it again to decide anew.',
  });
}
