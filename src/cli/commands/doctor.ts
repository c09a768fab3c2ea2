import { z } from 'zod';
import { messageOf } from '../../base/errors.js';
import { findPlane } from '../../local/client.js';
import { defaultPortBase } from '../../local/ports.js';
import { credentialsCheck } from '../doctor/account.js';
import { failed, type Check } from '../doctor/check.js';
import { portsCheck, trustCheck } from '../doctor/local-plane.js';
import { builderCheck, nodeCheck, postgresCheck, redisCheck, terraformCheck } from '../doctor/programs.js';
import type { Io } from '../io.js';
import { paintFor } from '../render/paint.js';
import type { CommandEntry } from './index.js';
import type { LocalOptions } from './options.js';
import { openProject, type Project } from './project.js';

export const doctor: CommandEntry = {
  name: 'doctor',
  description: 'Check what this machine has for deploying to AWS and locally, with a fix for each lack',
  document: z.strictObject({
    checks: z.array(
      z.strictObject({
        name: z.string(),
        state: z.enum(['ok', 'warning', 'failed']),
        found: z.string(),
        fix: z.string().nullable(),
      }),
    ),
  }),
  needsEnvironment: false,
  async run(given, io) {
    const { project, checks: own } = await projectOf(given, io);
    const region =
      project?.synthesis.stack.region ?? io.env['AWS_REGION'] ?? io.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
    const plane = project === undefined ? undefined : await findPlane(project.planeFolders);
    const running = (await plane?.order<{ readonly portBase: number }>('status'))?.portBase;
    const [terraform, builder, credentials, redis, ports, trust] = await Promise.all([
      terraformCheck(io.env),
      builderCheck(io.env),
      credentialsCheck(region, io.signal),
      redisCheck(io.env),
      portsCheck(running ?? defaultPortBase, running),
      trustCheck(project?.planeFolders.ca),
    ]);
    const node = nodeCheck(process.versions.node);
    const checks = [node, ...own, terraform, builder, credentials, postgresCheck(), redis, ports, trust];
    return {
      document: { checks },
      text: rendered(checks, io),
      exitCode: checks.some(({ state }) => state === 'failed') ? 1 : 0,
    };
  },
};

/** The config's environment where one is named; a config that cannot be loaded is one of the findings. */
async function projectOf(
  options: LocalOptions,
  io: Io,
): Promise<{ readonly project: Project | undefined; readonly checks: readonly Check[] }> {
  // Without --env there is none to resolve.
  if ((options.env as string | undefined) === undefined) return { project: undefined, checks: [] };
  try {
    const project = await openProject({ ...options, local: true }, io);
    return { project, checks: [{ name: 'config', state: 'ok', found: project.folder, fix: null }] };
  } catch (error) {
    return { project: undefined, checks: [failed('config', messageOf(error), 'Mend it: infra:plan tells all of it.')] };
  }
}

function rendered(checks: readonly Check[], io: Io): string {
  const paint = paintFor(io.color);
  const symbols = { ok: paint.green('✓'), warning: paint.yellow('!'), failed: paint.red('✗') } as const;
  const lines = checks.flatMap(({ name, state, found, fix }) => [
    `${symbols[state]} ${name}: ${found}`,
    ...(fix === null ? [] : [`  → ${fix}`]),
  ]);
  return `${lines.join('\n')}\n`;
}
