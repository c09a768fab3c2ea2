import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { shellCommand, shellWord } from '../../base/shell.js';
import type { ManifestImage } from '../../stack/manifest.js';
import type { PackageJson } from '../content-hash.js';
import type { Package, Workspace } from './workspace.js';

/** One command line of a build, run in a package's folder. */
export interface BuildStep {
  readonly folder: string;
  readonly command: string;
}

/**
 * How a service is made into an image where it has no Dockerfile of its own: by a generated Dockerfile, or step by step without a daemon.
 * Folders are relative to the workspace's root.
 */
export interface Recipe {
  readonly workspace: Workspace;
  /** Linked packages first, then the service. */
  readonly steps: readonly BuildStep[];
  /** Folders whose files the image holds. */
  readonly folders: readonly string[];
  /** A Next.js server that stands alone, with what it needs beside it: nothing else goes into the image. */
  readonly standalone: boolean;
  /** Whether the service writes beside its files, as Next.js does to its cache. */
  readonly writes: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** Program and arguments that start it, run in its folder. */
  readonly command: readonly string[];
}

export async function recipeOf(image: ManifestImage, workspace: Workspace): Promise<Recipe> {
  const { service, linked, root } = workspace;
  const isNext = image.kind === 'nextjs';
  const standalone = isNext && (await isStandalone(join(root, service.folder)));
  const own = image.build ?? scriptOf(service.json) ?? (isNext ? 'npx next build' : undefined);
  // Next.js builds nothing that works with another NODE_ENV.
  const command = own !== undefined && isNext ? `export NODE_ENV=production && ${own}` : own;
  return {
    workspace,
    steps: [...linked.flatMap(stepOf), ...(command === undefined ? [] : [{ folder: service.folder, command }])],
    folders: [...linked, service].map(({ folder }) => folder),
    standalone,
    writes: isNext,
    env: { NODE_ENV: 'production', ...(isNext && { HOSTNAME: '0.0.0.0', NEXT_TELEMETRY_DISABLED: '1' }) },
    command: commandOf(image, isNext && !standalone),
  };
}

const scriptOf = ({ scripts }: PackageJson): string | undefined =>
  scripts?.['build'] === undefined ? undefined : 'npm run build';

function stepOf({ folder, json }: Package): readonly BuildStep[] {
  const command = scriptOf(json);
  return command === undefined ? [] : [{ folder, command }];
}

/** What the config starts a Next.js service with when it says nothing: the server that stands alone. */
const standaloneStart = 'node server.js';

/** Next.js' own server, wherever it is installed: `npx` would stay between it and the signals that stop it. */
const nextStart = `exec node "$(node -p "require.resolve('next/dist/bin/next')")" start`;

function commandOf({ start = 'node dist/main.js' }: ManifestImage, isServed: boolean): readonly string[] {
  const { command, args } = shellCommand(isServed && start === standaloneStart ? nextStart : start);
  return [command, ...args];
}

const nextConfigs = ['ts', 'mts', 'js', 'mjs', 'cjs'].map((ending) => `next.config.${ending}`);

/**
 * Whether its `next.config` says `output: 'standalone'`. Read as text: the file is a program.
 * @see https://nextjs.org/docs/app/api-reference/config/next-config-js/output (not re-read)
 */
async function isStandalone(folder: string): Promise<boolean> {
  const texts = await Promise.all(nextConfigs.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
  return texts.some((text) => /\boutput['"]?\s*:\s*['"`]standalone['"`]/.test(text));
}

/**
 * A shell line, run in the workspace's root, that lays a standalone Next.js server out below `to` as it stands in the workspace, with its static
 * files and `public` beside it: `next build` leaves those out. The server may stand at the root of what it traced or below it.
 */
export function assembleLine(folder: string, to: string): string {
  const application = posix.join(to, folder);
  const built = posix.join(folder, '.next');
  const servedFrom = posix.join(folder, 'public');
  return [
    `app=$(node -p 'require(process.argv[1]).relativeAppDir' "$PWD"/${shellWord(`${built}/required-server-files.json`)})`,
    `base=${shellWord(application)}`,
    `base=\${base%"/$app"}`,
    `mkdir -p "$base"`,
    `cp -R ${shellWord(`${built}/standalone/.`)} "$base"`,
    `test -f ${shellWord(`${application}/server.js`)}`,
    `cp -R ${shellWord(`${built}/static`)} ${shellWord(`${application}/.next/static`)}`,
    `if [ -d ${shellWord(servedFrom)} ]; then cp -R ${shellWord(servedFrom)} ${shellWord(`${application}/public`)}; fi`,
  ].join(' && ');
}
