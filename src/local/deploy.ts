import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Emit } from '../base/events.js';
import { localRules } from '../layers/registry.js';
import { hashFiles, writeArtifact } from '../stack/artifact.js';
import type { ArtifactFile } from '../stack/layer.js';
import type { Manifest } from '../stack/manifest.js';
import { artifactFiles, type Synthesis } from '../stack/synth.js';
import { buildChanged, hashContexts, type BuildHashes } from './build.js';
import { findPlane, startPlane, type PlaneClient } from './client.js';
import { realClock } from './clock.js';
import type { PlaneDescription } from './describe.js';
import { planeFolders, type PlaneFolders } from './folders.js';
import { withLock } from '../base/lock.js';
import { planChanges, type PlannedChange } from './plan.js';
import { defaultPortBase, portOf } from './ports.js';
import { createProcesses } from './process/processes.js';
import { readState, type LocalState } from './state.js';

export interface LocalDeploy {
  readonly synthesis: Synthesis;
  /** Absolute folder of the config file. */
  readonly projectFolder: string;
  /** Default: that of the last deploy, else 4400. */
  readonly portBase?: number | undefined;
  /** How long tasks take to start that this deploy does not start itself. Default: as before, at first 0. */
  readonly taskStartSeconds?: number | undefined;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** What a local deploy would do. */
export interface LocalPlan {
  readonly changes: readonly PlannedChange[];
  /** Sites whose content is not the one uploaded last. */
  readonly sites: readonly string[];
  readonly running: boolean;
}

export interface LocalResult {
  readonly description: PlaneDescription;
  readonly plan: LocalPlan;
}

interface Prepared {
  /** With the URLs at which this machine answers. */
  readonly manifest: Manifest;
  readonly plan: LocalPlan;
  readonly hashes: BuildHashes;
  readonly variables: Readonly<Record<string, string>>;
  readonly state: LocalState | undefined;
  readonly plane: PlaneClient | undefined;
  readonly files: readonly ArtifactFile[];
}

/** Plans without touching anything. */
export async function planLocal(deploy: LocalDeploy): Promise<LocalPlan> {
  return (await prepare(deploy, foldersOf(deploy))).plan;
}

/** Whether a plan changes nothing. */
export function isEmpty({ changes, sites, running }: LocalPlan): boolean {
  return running && sites.length === 0 && changes.every(({ action }) => action === 'unchanged');
}

/** Builds what changed, starts the plane when it does not run, and applies. Nothing is done when nothing changed. @throws LandfallErrors */
export async function deployLocal(deploy: LocalDeploy): Promise<LocalResult> {
  const folders = foldersOf(deploy);
  return withLock(folders.lock, async () => {
    const prepared = await prepare(deploy, folders);
    const { taskStartSeconds } = deploy;
    const startsAsBefore =
      taskStartSeconds === undefined || taskStartSeconds === (prepared.state?.taskStartSeconds ?? 0);
    if (prepared.plane !== undefined && isEmpty(prepared.plan) && startsAsBefore) {
      return { plan: prepared.plan, description: await prepared.plane.order<PlaneDescription>('describe') };
    }
    await build(deploy, folders, prepared);
    await writeChanged(folders.artifact, prepared.files);
    const portBase = deploy.portBase ?? prepared.state?.portBase ?? defaultPortBase;
    const plane = await startPlane(folders, deploy.synthesis.manifest.environment, portBase);
    const body = { variables: prepared.variables, sites: prepared.hashes.sites, taskStartSeconds };
    const description = await plane.order<PlaneDescription>('deploy', body, {
      emit: deploy.emit,
      signal: deploy.signal,
    });
    return { plan: prepared.plan, description };
  });
}

const foldersOf = ({ projectFolder, synthesis }: LocalDeploy): PlaneFolders =>
  planeFolders(projectFolder, synthesis.manifest.environment);

async function prepare({ synthesis, projectFolder, portBase }: LocalDeploy, folders: PlaneFolders): Promise<Prepared> {
  const files = artifactFiles(synthesis);
  const state = await readState(folders.state);
  const manifest = withEdgePort(synthesis.manifest, portBase ?? state?.portBase ?? defaultPortBase);
  const hashes = await hashContexts(manifest, projectFolder);
  const found = await findPlane(folders);
  const plane = portBase === undefined || state?.portBase === portBase ? found : undefined;
  const variables = imageVariables(synthesis, hashes, files);
  const changes = planChanges(synthesis.stack, variables, state, localRules, plane !== undefined);
  const sites = Object.keys(hashes.sites).filter((service) => state?.sites[service] !== hashes.sites[service]);
  return { manifest, plan: { changes, sites, running: plane !== undefined }, hashes, variables, state, plane, files };
}

/** Locally an image is the content it would be built from, and the commands that it runs. */
function imageVariables(
  synthesis: Synthesis,
  hashes: BuildHashes,
  files: readonly ArtifactFile[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    synthesis.manifest.images.map(({ service, variable, context, runtime, start, migrate }) => {
      const inArtifact = files.filter(({ path }) => path.startsWith(`${context}/`));
      const hash =
        runtime === 'kong' ? hashFiles(inArtifact) : hashCommands(hashes.images[service] ?? '', start, migrate);
      return [variable, `sha256:${hash}`];
    }),
  );
}

const hashCommands = (content: string, start: string | undefined, migrate: string | undefined): string =>
  createHash('sha256')
    .update(JSON.stringify([content, start ?? '', migrate ?? '']))
    .digest('hex');

async function build(deploy: LocalDeploy, folders: PlaneFolders, { manifest, hashes }: Prepared): Promise<void> {
  const processes = createProcesses({
    folder: join(folders.root, 'builds'),
    logs: folders.logs,
    onLine: (name, _stream, line) => {
      deploy.emit({ type: 'log', source: name, line });
    },
  });
  try {
    await buildChanged(manifest, hashes, {
      projectFolder: deploy.projectFolder,
      recordFile: folders.builds,
      processes,
      clock: realClock,
      emit: deploy.emit,
      signal: deploy.signal,
    });
  } finally {
    await processes.close();
  }
}

/** Sites are built with the URL at which this machine answers: the edge's port is part of it. */
function withEdgePort(manifest: Manifest, portBase: number): Manifest {
  const port = String(portOf(portBase, 'edge-https'));
  return {
    ...manifest,
    sites: manifest.sites.map((site) => ({
      ...site,
      env: { ...site.env, API_URL: `${site.env['API_URL'] ?? ''}:${port}` },
    })),
  };
}

/** Writes the artifact unless it stands there already. */
async function writeChanged(folder: string, files: readonly ArtifactFile[]): Promise<void> {
  const same = await Promise.all(
    files.map(async ({ path, content }) => {
      const current = await readFile(join(folder, path)).catch(() => undefined);
      return current !== undefined && current.equals(Buffer.from(content));
    }),
  );
  if (!same.every(Boolean)) await writeArtifact(folder, files);
}
