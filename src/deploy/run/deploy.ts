import type { Waiting } from '../../base/waiting.js';
import { withLock } from '../../base/lock.js';
import { recover, recovered } from '../adopt/recover.js';
import {
  beginDeployment,
  endDeployment,
  latestRecord,
  recordId,
  unfinishedDeployment,
  type DeploymentRecord,
} from '../records.js';
import { stateBucketExists } from '../state/bucket.js';
import { takenOver, withClaim } from '../state/claim.js';
import type { PlannedChange } from '../terraform/plan.js';
import { applyReviewed, type Confirm } from './apply.js';
import { makeRepositories } from './foundations.js';
import {
  assertChoice,
  givenImages,
  resolveImages,
  variablesOf,
  type DeployedImage,
  type ImageChoice,
} from './images.js';
import { migratedBy } from './migrated.js';
import { siteHashes } from './sites.js';
import type { Deployed, SiteUpload, Stages } from './stages.js';
import { usersOf } from './targets.js';
import { timer, type Seconds, type Timer } from './timer.js';
import { backendOf, claimOf, lockFile, openWorkspace, writeImages, type Target, type Workspace } from './workspace.js';

export interface Deploy {
  readonly target: Target;
  readonly stages: Stages;
  readonly waiting: Waiting;
  readonly confirm: Confirm;
  /** Services asked for; none for all. */
  readonly services: readonly string[];
  /** Digests by service, for images that were built elsewhere or before. */
  readonly images: Readonly<Record<string, string>>;
  /** Hashes of what these were made from, where that is known. */
  readonly contents?: Readonly<Record<string, string | undefined>>;
  /** Runs Terraform, and reads every resource, even when nothing of the project has changed. */
  readonly refresh: boolean;
  /** A lock on the state to free first. */
  readonly unlock?: string | undefined;
  readonly allowDataLoss: readonly string[];
  /** Migrates the databases of services with a new image; not when going back: what an earlier version migrates to stands already. */
  readonly migrate: boolean;
  /** Requests the public addresses at the end. */
  readonly verify: boolean;
}

export interface DeployResult {
  /** False when everything was deployed already. */
  readonly changed: boolean;
  readonly changes: readonly PlannedChange[];
  readonly images: Readonly<Record<string, DeployedImage>>;
  readonly sites: readonly SiteUpload[];
  /** By stage, in the order in which they ran. */
  readonly seconds: Seconds;
}

/** What a deployment finds before it decides what to do. */
interface Found {
  readonly workspace: Workspace;
  readonly record: DeploymentRecord | undefined;
  /** The last one did not come to its end, so what stands is not what the record says. */
  readonly unfinished: boolean;
  readonly images: Readonly<Record<string, DeployedImage>>;
  readonly sites: Readonly<Record<string, string>>;
}

/**
 * Makes the environment what the config says: images, one reviewed plan, migrations, roll-out, sites. Killed at any point and run again it
 * ends in the same state.
 * @throws LandfallError of the stage that failed; what was done until then stays, and the next run goes on from there
 */
export function deployAws(deploy: Deploy): Promise<DeployResult> {
  const { projectFolder, synthesis } = deploy.target;
  return withLock(lockFile(projectFolder, synthesis.manifest.environment), () => run(deploy));
}

async function run(deploy: Deploy): Promise<DeployResult> {
  const { target, stages } = deploy;
  const time = timer(deploy.waiting);
  const workspace = await openWorkspace(target);
  const check = () => time('check', () => stages.check(target, workspace));
  // Without its bucket an environment cannot be held; the check says so, with all else that is missing.
  if (!(await stateBucketExists(target.session, workspace.bucket).catch(() => false))) await check();
  return withClaim(claimOf(target, workspace, deploy.waiting), async (isHeld) => {
    if (deploy.unlock !== undefined) await unlock(deploy, workspace, deploy.unlock);
    await check();
    return deployFrom(deploy, workspace, time, isHeld);
  });
}

async function deployFrom(
  deploy: Deploy,
  workspace: Workspace,
  time: Timer,
  isHeld: () => boolean,
): Promise<DeployResult> {
  const { target, stages } = deploy;
  await time('recovery', () => recover(target, workspace));
  const found = await time('images', () => findWhatIs(deploy, workspace));
  const nothing = { changed: false, changes: [], images: found.images, sites: [], seconds: time.seconds };
  if (!deploy.refresh && isCurrent(found) && sitesToUpload(deploy, found).length === 0) return nothing;

  const { bucket, folder, terraform } = workspace;
  const since = deploy.waiting.now();
  const begun = { id: recordId(since), at: new Date(since).toISOString(), by: target.session.callerArn };
  const begin = () => beginDeployment(target.session, bucket, begun);
  const assertHeld = async () => {
    if (isHeld()) return;
    // What this one did until here, the other does not know: the next deployment looks at all of it.
    await begin();
    throw takenOver();
  };
  const scope = scopeOf(deploy, found);
  await assertHeld();
  await writeImages(folder, variablesOf(target.synthesis.manifest, found.images));
  const { changes, state } = await time('terraform', async () => {
    await terraform.init(backendOf(workspace, target));
    await stages.adopt(target, workspace);
    const migrated = (planned: readonly PlannedChange[]) =>
      deploy.migrate ? migratedBy(target.synthesis, changedImages(found), planned) : [];
    const firstEver = found.record === undefined;
    const applied = await applyReviewed(deploy, workspace, { ...scope, migrated, firstEver, begin });
    if (scope.targets === undefined) await recovered(workspace);
    return applied;
  });
  await assertHeld();
  const deployed: Deployed = { target, workspace, state };
  await time('rollout', async () => {
    await stages.rotateRedis(deployed);
    await stages.rollOut(deployed, awaited(deploy, found), since);
  });
  await assertHeld();
  const named = sitesToUpload(deploy, found, scope.targets === undefined);
  const sites = await time('sites', () => stages.uploadSites(deployed, named));
  if (deploy.verify) await time('addresses', () => stages.verify(deployed));
  await assertHeld();
  await endDeployment(target.session, bucket, { ...begun, ...recordOf(deploy, found) });
  // A change of the config that needs none of AWS, or none of the named services.
  const written = sites.filter(({ uploaded, deleted }) => uploaded + deleted > 0);
  const changed = found.unfinished || changes.length + written.length + changedImages(found).length > 0;
  return { ...nothing, changed, changes, sites };
}

async function findWhatIs(deploy: Deploy, workspace: Workspace): Promise<Found> {
  const { target, stages, services, images: given } = deploy;
  const { session, synthesis, projectFolder, emit, signal } = target;
  const { manifest } = synthesis;
  const [record, unfinished, sites] = await Promise.all([
    latestRecord(session, workspace.bucket),
    unfinishedDeployment(session, workspace.bucket),
    siteHashes(manifest, projectFolder),
  ]);
  const choice: ImageChoice = { manifest, services, given, contents: deploy.contents, record };
  assertChoice(choice);
  const repositories = await makeRepositories(deploy, workspace);
  await stages.assertPushed(session, givenImages(choice, repositories));
  const images = await resolveImages(choice, repositories, (only, byService) =>
    stages.build({
      manifest,
      projectFolder,
      artifactFolder: workspace.folder,
      session,
      repositories: byService,
      emit,
      signal,
      only,
    }),
  );
  return { workspace, record, unfinished: unfinished !== undefined, images, sites };
}

async function unlock({ target }: Deploy, workspace: Workspace, id: string): Promise<void> {
  await workspace.terraform.init(backendOf(workspace, target));
  await workspace.terraform.unlock(id);
}

const changedImages = ({ record, images }: Found): readonly string[] =>
  Object.keys(images).filter((service) => images[service]?.digest !== record?.images[service]?.digest);

/** Whether the infrastructure stands as it was deployed last, to the end, from this very artifact. */
const standsAsRecorded = ({ record, unfinished, workspace }: Found): boolean =>
  !unfinished && record?.artifact === workspace.artifact;

/** Nothing for Terraform to do. */
const isCurrent = (found: Found): boolean => standsAsRecorded(found) && changedImages(found).length === 0;

/**
 * Sites whose source has changed; after a deployment that did not end, or where Terraform looked at everything, all: a bucket may be a
 * new one. What is there already is not uploaded again.
 */
function sitesToUpload(
  { services }: Deploy,
  { record, unfinished, sites }: Found,
  lookedAtAll = false,
): readonly string[] {
  return Object.keys(sites)
    .filter((site) => services.length === 0 || services.includes(site))
    .filter((site) => lookedAtAll || unfinished || sites[site] !== record?.sites[site]);
}

/** The whole; or where only images changed, or services were named, what runs those images, without reading the rest. */
function scopeOf(deploy: Deploy, found: Found): { readonly targets?: readonly string[]; readonly refresh: boolean } {
  const { synthesis } = deploy.target;
  const onlyImages = standsAsRecorded(found) && !deploy.refresh;
  if (!onlyImages && deploy.services.length === 0) return { refresh: true };
  const names = deploy.services.length > 0 ? deploy.services : changedImages(found);
  const variables = synthesis.manifest.images.flatMap(({ service, variable }) =>
    names.includes(service) ? [variable] : [],
  );
  // What the circuit breaker took back, Terraform's state still says is done.
  return { targets: usersOf(synthesis.stack, variables), refresh: deploy.refresh || found.unfinished };
}

/** Images that must run at the end: those of the named services, or all. */
function awaited({ services }: Deploy, { images }: Found): Readonly<Record<string, DeployedImage>> {
  if (services.length === 0) return images;
  return Object.fromEntries(Object.entries(images).filter(([service]) => services.includes(service)));
}

/** Named services alone leave the rest as recorded, the artifact too: the next whole deployment goes through Terraform. */
function recordOf({ services }: Deploy, { workspace, record, unfinished, images, sites }: Found) {
  const named = services.length > 0;
  const own = named ? Object.fromEntries(Object.entries(sites).filter(([site]) => services.includes(site))) : sites;
  return {
    version: 1,
    ...(named && { services }),
    // After a deployment that did not end, nobody knows what stands beside the named services.
    artifact: named ? ((unfinished ? undefined : record?.artifact) ?? '') : workspace.artifact,
    images: Object.fromEntries(
      Object.entries(images).map(([service, { repository, digest, content }]) => [
        service,
        { repository, digest, content },
      ]),
    ),
    sites: named ? { ...record?.sites, ...own } : own,
  } as const;
}
