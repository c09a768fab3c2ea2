import { withLock } from '../../base/lock.js';
import { recoverForPlan } from '../adopt/recover.js';
import { latestRecord } from '../records.js';
import { hasObjects } from '../state/empty-bucket.js';
import { planRenaming } from './final-snapshots.js';
import { variablesOf } from './images.js';
import { reviewOf, type Review } from './review.js';
import { siteHashes } from './sites.js';
import type { Stages } from './stages.js';
import { backendOf, lockFile, openWorkspace, writeImages, type Target } from './workspace.js';

/** What a deploy would do. A plan builds no images: in `review`, each is the one deployed last. */
export interface AwsPlan {
  readonly review: Review;
  /** Sites whose source is not the one uploaded last. */
  readonly sites: readonly string[];
  /** Services whose image would be made anew: what it is made from has changed. An image that was given by digest is not looked at. */
  readonly images: readonly string[];
}

type PlanStages = Pick<Stages, 'check' | 'adopt' | 'hashImages'>;

/** Plans without changing anything on AWS. */
export function planAws(target: Target, { check, adopt, hashImages }: PlanStages): Promise<AwsPlan> {
  const { projectFolder, session } = target;
  const { manifest } = target.synthesis;
  return withLock(lockFile(projectFolder, manifest.environment), async () => {
    const workspace = await openWorkspace(target);
    await check(target, workspace);
    const record = await latestRecord(session, workspace.bucket);
    await writeImages(workspace.folder, variablesOf(manifest, record?.images ?? {}));
    await workspace.terraform.init(backendOf(workspace, target));
    await recoverForPlan(target, workspace);
    await adopt(target, workspace);
    const { changes } = await planRenaming(workspace.terraform, target.synthesis.stack);
    const contentOf = (service: string) => record?.images[service]?.content;
    const made = manifest.images.filter(({ service }) => contentOf(service) !== undefined);
    const [hashes, contents] = await Promise.all([
      siteHashes(manifest, projectFolder),
      hashImages({ images: made }, { projectFolder, artifactFolder: workspace.folder }),
    ]);
    return {
      review: await reviewOf(changes, (bucket) => hasObjects(session, bucket)),
      sites: Object.keys(hashes).filter((site) => hashes[site] !== record?.sites[site]),
      images: Object.keys(contents).filter((service) => contents[service] !== contentOf(service)),
    };
  });
}
