import { Argument, Option } from 'commander';
import { z } from 'zod';
import { LandfallError } from '../../base/errors.js';
import { planeFolders } from '../../local/folders.js';
import { withLock } from '../../base/lock.js';
import { openVault, vaultKeyFile } from '../../local/vault.js';
import type { CommandEntry } from './index.js';
import { localOption, requireLocal, type LocalOptions } from './options.js';
import { openProject } from './project.js';

interface Options extends LocalOptions {
  readonly arguments: readonly unknown[];
}

export const secretsSet: CommandEntry = {
  name: 'secrets:set',
  description: 'Set the value of a declared secret; the value is read from standard input',
  document: z.strictObject({ name: z.string(), set: z.literal(true) }),
  arguments: [new Argument('<service/NAME>', 'the secret, such as offers-service/STRIPE_KEY')],
  options: [localOption(), new Option('--yes', 'do not ask (a local secret is set without asking)')],
  async run(given, io) {
    const options = given as Options;
    requireLocal('secrets:set', options);
    const { synthesis, folder } = await openProject(options, io);
    const { project, environment } = synthesis.manifest;
    const [key] = options.arguments;
    const name = `${project}/${environment}/${String(key)}`;
    const declared = synthesis.stack.resources.flatMap((resource) =>
      resource.type === 'aws_secretsmanager_secret' && typeof resource.args.name === 'string'
        ? [resource.args.name]
        : [],
    );
    if (!declared.includes(name)) throw undeclared(String(key), declared, `${project}/${environment}/`);
    const value = (await io.readInput()).replace(/\r?\n$/, '');
    if (value === '')
      throw new LandfallError({
        code: 'SECRET_EMPTY',
        message: `No value for ${name} came from standard input.`,
        fix: `printf %s "$VALUE" | landfall secrets:set ${String(key)} --env ${environment} --local`,
      });
    const { vault: file, lock } = planeFolders(folder, environment);
    const vault = await openVault({ file, keyFile: vaultKeyFile(process.env) });
    await withLock(lock, () => vault.write(name, value));
    return {
      document: { name, set: true },
      text: `${name} is set. Services that use it get it at their next start.\n`,
    };
  },
};

function undeclared(key: string, declared: readonly string[], prefix: string): LandfallError {
  return new LandfallError({
    code: 'SECRET_UNDECLARED',
    message: `No service declares the secret ${key}.`,
    fix: `Declared are: ${declared.map((name) => name.slice(prefix.length)).join(', ')}. Add it to a service’s secrets in the config.`,
  });
}
