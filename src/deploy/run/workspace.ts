import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Emit } from '../../base/events.js';
import type { Waiting } from '../../base/waiting.js';
import { hashFiles, writeArtifact } from '../../stack/artifact.js';
import { artifactFiles, type Synthesis } from '../../stack/synth.js';
import type { AwsSession } from '../aws/session.js';
import { removeLift } from './lift.js';
import { stateBucketName, stateKey } from '../state/bucket.js';
import type { Claiming } from '../state/claim.js';
import { writeAdopted } from '../terraform/adopted.js';
import type { FoundTerraform } from '../terraform/find.js';
import { openTerraform, type TerraformRunner } from '../terraform/runner.js';

/** What every command that runs Terraform on AWS starts from. */
export interface Target {
  readonly synthesis: Synthesis;
  /** Absolute folder of the config file. */
  readonly projectFolder: string;
  readonly session: AwsSession;
  readonly terraform: FoundTerraform;
  /** Of this process: Terraform's own variables and AWS's pass through. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** The command line to run again, for advice: `landfall infra:deploy --env dev`. */
  readonly retry: string;
}

/** The artifact on disk, with Terraform in it. */
export interface Workspace {
  /** `.landfall/<env>`. */
  readonly folder: string;
  /** Hash of the artifact, images left out. */
  readonly artifact: string;
  readonly bucket: string;
  readonly terraform: TerraformRunner;
}

/** Absolute path of the lock that keeps two commands of this machine from working on one environment. */
export const lockFile = (projectFolder: string, environment: string): string =>
  join(artifactFolder(projectFolder, environment), 'lock');

export const artifactFolder = (projectFolder: string, environment: string): string =>
  join(projectFolder, '.landfall', environment);

/** Writes the artifact, once no Terraform works on it any more. Terraform is prepared by `terraform.init`, with `backendOf`. */
export async function openWorkspace(target: Target): Promise<Workspace> {
  const { synthesis, projectFolder, session, env } = target;
  const folder = artifactFolder(projectFolder, synthesis.manifest.environment);
  const files = artifactFiles(synthesis);
  const home = env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? projectFolder, '.cache');
  const terraform = openTerraform({
    found: target.terraform,
    folder,
    stack: synthesis.stack,
    env,
    pluginCache: join(home, 'landfall', 'terraform-providers'),
    emit: target.emit,
    signal: target.signal,
    retry: target.retry,
  });
  // A Terraform that an interrupted command left behind still reads these files.
  await terraform.settle();
  await removeLift(folder);
  await writeAdopted(folder, []);
  await writeArtifact(folder, files);
  return {
    folder,
    artifact: hashFiles(files),
    bucket: stateBucketName(synthesis.manifest, session.accountId),
    terraform,
  };
}

export const claimOf = (
  { session, emit }: Pick<Target, 'session' | 'emit'>,
  { bucket, folder }: Pick<Workspace, 'bucket' | 'folder'>,
  waiting: Waiting,
): Claiming => ({
  session,
  bucket,
  ownFile: join(folder, 'claim'),
  waiting,
  emit,
});

export const backendOf = ({ bucket }: Workspace, { session }: Target) => ({
  bucket,
  key: stateKey,
  region: session.region,
});

const imagesFile = (folder: string): string => join(folder, 'images.auto.tfvars.json');

/** Gives Terraform the images' digests. @param digests by root variable, such as `image_api` */
export async function writeImages(folder: string, digests: Readonly<Record<string, string>>): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(digests).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const text = `${JSON.stringify(sorted, null, 2)}\n`;
  const file = imagesFile(folder);
  if ((await readFile(file, 'utf8').catch(() => '')) !== text) await writeFile(file, text);
}
