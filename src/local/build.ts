import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LandfallError } from '../base/errors.js';
import type { Emit } from '../base/events.js';
import { shellCommand } from '../base/shell.js';
import { contextHash, packageJson } from '../deploy/content-hash.js';
import type { Manifest, ManifestImage, ManifestSite } from '../stack/manifest.js';
import type { Clock } from './contract/clock.js';
import type { Processes } from './contract/process.js';
import { releaseIn } from './contract/releases.js';
import { hasNextRelease, makeNextRelease, nextOutputs } from './next-release.js';
import { readJson, writeAtomically } from './state.js';

export interface BuildParts {
  readonly projectFolder: string;
  /** Remembers what was built last: `builds.json`. Releases stand beside it. */
  readonly recordFile: string;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** What the project's folders hold now: by service, the hash of its build context. */
export interface BuildHashes {
  readonly images: Readonly<Record<string, string>>;
  readonly sites: Readonly<Record<string, string>>;
}

/** A service that is built from a folder. */
type Buildable = Pick<ManifestImage | ManifestSite, 'service' | 'context' | 'build'> & {
  readonly env: Readonly<Record<string, string>>;
  readonly kind?: ManifestImage['kind'];
  /** Where the build writes, relative to `context`. */
  readonly outputDir?: string;
};

/** @throws LandfallErrors-like problems: `SERVICE_FOLDER_MISSING` names every folder that does not exist */
export async function hashContexts(manifest: Manifest, projectFolder: string): Promise<BuildHashes> {
  const all = buildables(manifest);
  for (const { service, context } of all) await assertFolder(projectFolder, service, context);
  const hashes = Object.fromEntries(
    await Promise.all(
      all.map(async (target) => {
        const { service, context, build, env } = target;
        // Where nothing is built the output is what the user wrote.
        const isBuilt = (await commandOf(target, join(projectFolder, context))) !== undefined;
        const outputs = isBuilt ? outputsOf(target) : [];
        const hash = await contextHash(projectFolder, context, JSON.stringify([build ?? '', env]), outputs);
        return [service, hash] as const;
      }),
    ),
  );
  const pick = (services: readonly { readonly service: string }[]) =>
    Object.fromEntries(services.map(({ service }) => [service, hashes[service] ?? '']));
  return { images: pick(manifest.images.filter(isProcess)), sites: pick(manifest.sites) };
}

/**
 * Builds what has changed since it was built last, one after another (workspaces may share a package that each builds).
 * @throws LandfallError `BUILD_FAILED` with the last lines
 */
export async function buildChanged(manifest: Manifest, hashes: BuildHashes, parts: BuildParts): Promise<void> {
  const built: Record<string, string> = { ...(await readJson<Record<string, string>>(parts.recordFile)) };
  for (const target of buildables(manifest)) {
    const hash = hashes.images[target.service] ?? hashes.sites[target.service] ?? '';
    const folder = join(parts.projectFolder, target.context);
    if (built[target.service] === hash && (await outputThere(target, folder, parts))) continue;
    await build(target, folder, parts);
    if (isNext(target)) await makeNextRelease(target.service, folder, releaseFor(target, parts));
    built[target.service] = hash;
    await writeAtomically(parts.recordFile, `${JSON.stringify(built, null, 2)}\n`);
  }
}

async function outputThere(target: Buildable, folder: string, parts: BuildParts): Promise<boolean> {
  if (isNext(target)) return hasNextRelease(releaseFor(target, parts));
  return target.outputDir === undefined || exists(join(folder, target.outputDir, 'index.html'));
}

const isNext = ({ kind }: Buildable): boolean => kind === 'nextjs';

const releaseFor = ({ service }: Buildable, { recordFile }: BuildParts): string =>
  releaseIn(dirname(recordFile), service);

const outputsOf = (target: Buildable): readonly string[] => {
  if (isNext(target)) return nextOutputs;
  return target.outputDir === undefined ? [] : [target.outputDir];
};

async function build(target: Buildable, folder: string, parts: BuildParts): Promise<void> {
  const command = await commandOf(target, folder);
  if (command === undefined) return;
  const step = `build ${target.service}`;
  const started = parts.clock.monotonic();
  parts.emit({ type: 'step', id: step, label: step, status: 'started', detail: command });
  const exit = await parts.processes.run(
    {
      name: `${target.service}-build`,
      ...shellCommand(command),
      cwd: folder,
      // Next.js builds nothing that works with another NODE_ENV.
      env: { ...environment(), ...(isNext(target) && { NODE_ENV: 'production' }), ...target.env },
    },
    parts.signal,
  );
  if (exit.code !== 0) {
    parts.emit({ type: 'step', id: step, label: step, status: 'failed' });
    throw new LandfallError({
      code: 'BUILD_FAILED',
      message: `The build of ${target.service} (${command}) ended with ${String(exit.code ?? exit.signal)}. Its last lines:\n${exit.lastLines.slice(-20).join('\n')}`,
      fix: `Run it yourself in ${target.context} (are its dependencies installed?), correct it, and deploy again. Nothing that runs was changed.`,
      path: `services.${target.service}`,
    });
  }
  parts.emit({
    type: 'step',
    id: step,
    label: step,
    status: 'done',
    milliseconds: Math.round(parts.clock.monotonic() - started),
  });
}

/** Undefined when there is nothing to build. */
async function commandOf(target: Buildable, folder: string): Promise<string | undefined> {
  if (target.build !== undefined) return target.build;
  const { scripts } = await packageJson(folder);
  if (scripts?.['build'] !== undefined) return 'npm run build';
  return isNext(target) ? 'npx next build' : undefined;
}

/** The deploying user's environment: builds are the user's own commands. */
function environment(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

const isProcess = (image: ManifestImage): boolean => image.runtime !== 'kong';

function buildables(manifest: Manifest): readonly Buildable[] {
  return [...manifest.images.filter(isProcess).map((image) => ({ ...image, env: {} })), ...manifest.sites];
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function assertFolder(projectFolder: string, service: string, context: string): Promise<void> {
  if (await exists(join(projectFolder, context))) return;
  throw new LandfallError({
    code: 'SERVICE_FOLDER_MISSING',
    message: `The folder ${context} of the service ${service} does not exist in ${projectFolder}.`,
    fix: `Correct services.${service}.path, or create the folder.`,
    path: `services.${service}.path`,
  });
}
