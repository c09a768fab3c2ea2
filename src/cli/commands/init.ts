import { Option } from 'commander';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { LandfallError } from '../../base/errors.js';
import { configText, withIgnored, type Answers } from '../init/config-text.js';
import { detectPackages, serviceName } from '../init/detect.js';
import type { CommonOptions, Io } from '../io.js';
import type { CommandEntry } from './index.js';

interface Options extends CommonOptions {
  readonly project?: string;
  readonly region?: string;
  readonly domain?: string;
}

const file = 'landfall.config.ts';

export const init: CommandEntry = {
  name: 'init',
  description: 'Write a first landfall.config.ts from the packages in this folder',
  document: z.strictObject({ file: z.string(), services: z.array(z.string()), gitignore: z.boolean() }),
  needsEnvironment: false,
  options: [
    new Option('--project <name>', 'name of the project (default: asked for, else that of the folder)'),
    new Option('--region <region>', 'AWS region (default: asked for, else AWS_REGION or eu-central-1)'),
    new Option('--domain <domain>', 'domain of the environment dev (default: asked for)'),
  ],
  async run(given, io) {
    const existing = (await readdir(io.cwd)).find((name) => /^landfall\.config\.(ts|mts|js|mjs|json)$/.test(name));
    if (existing !== undefined) throw exists(existing);
    const answers = await answersOf(given, io);
    await writeFile(join(io.cwd, file), configText(answers), { flag: 'wx' });
    const gitignore = await ignoreInGit(join(io.cwd, '.gitignore'));
    const services = answers.packages.map(({ name }) => name);
    return {
      document: { file, services, gitignore },
      text: `${file} has ${services.join(', ')}. Look it over, then: landfall infra:deploy --env dev --local\n`,
    };
  },
};

async function answersOf(options: Options, io: Io): Promise<Answers> {
  const { prompts } = io;
  const found = await detectPackages(io.cwd);
  if (found.length === 0) throw nothingFound(io.cwd);
  const ask = (question: string, standard?: string): Promise<string | undefined> =>
    prompts.available ? prompts.text(question, standard) : Promise.resolve(standard);
  const project = options.project ?? (await ask('Project', serviceName(basename(io.cwd))));
  const region = options.region ?? (await ask('AWS region', io.env['AWS_REGION'] ?? 'eu-central-1'));
  const domain = options.domain ?? (await ask('Domain of the environment dev, such as dev.example.com'));
  if (domain === undefined || domain === '') throw withoutDomain();
  const choices = found.map(({ name, path, type }) => ({ name: `${path} (${type})`, value: name }));
  const chosen = prompts.available ? await prompts.choose('Services', choices) : found.map(({ name }) => name);
  return {
    project: project ?? '',
    region: region ?? '',
    domain,
    packages: found.filter(({ name }) => chosen.includes(name)),
  };
}

/** @returns whether lines were added */
async function ignoreInGit(path: string): Promise<boolean> {
  const before = await readFile(path, 'utf8').catch(() => '');
  const after = withIgnored(before);
  if (after === before) return false;
  await writeFile(path, after);
  return true;
}

const exists = (name: string): LandfallError =>
  new LandfallError({
    code: 'CONFIG_EXISTS',
    message: `${name} is there already, and is never overwritten.`,
    fix: 'Edit it. docs/configuration.gen.md has every key.',
    path: name,
  });

const nothingFound = (folder: string): LandfallError =>
  new LandfallError({
    code: 'NO_PACKAGES',
    message: `No package in ${folder} uses NestJS, Next.js or Vite.`,
    fix: 'Run it in the root of the project, where its package.json is. Packages are looked for in its workspaces.',
  });

const withoutDomain = (): LandfallError =>
  new LandfallError({
    code: 'USAGE',
    message: 'There is no terminal to ask for the domain at.',
    fix: 'Give it: landfall init --domain dev.example.com',
  });
