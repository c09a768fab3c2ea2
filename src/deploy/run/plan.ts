import { withLock } from '../../base/lock.js';
import { latestRecord } from '../records.js';
import { hasObjects } from '../state/empty-bucket.js';
import { variablesOf } from './images.js';
import { reviewOf, type Review } from './review.js';
import { siteHashes } from './sites.js';
import type { Stages } from './stages.js';
import { backendOf, lockFile, openWorkspace, writeImages, type Target } from './workspace.js';

/** What a deploy would do. Images are not built by a plan: each stands as it was deployed last. */
export interface AwsPlan {
  readonly review: Review;
  /** Sites whose source is not the one uploaded last. */
  readonly sites: readonly string[];
}

/** Plans without changing anything on AWS. */
export function planAws(target: Target, { check, adopt }: Pick<Stages, 'check' | 'adopt'>): Promise<AwsPlan> {
  const { projectFolder, session } = target;
  const { manifest } = target.synthesis;
  return withLock(lockFile(projectFolder, manifest.environment), async () => {
    const workspace = await openWorkspace(target);
    await check(target, workspace);
    const record = await latestRecord(session, workspace.bucket);
    await writeImages(workspace.folder, variablesOf(manifest, record?.images ?? {}));
    await workspace.terraform.init(backendOf(workspace, target));
    await adopt(target, workspace);
    const { changes } = await workspace.terraform.plan();
    const hashes = await siteHashes(manifest, projectFolder);
    return {
      review: await reviewOf(changes, (bucket) => hasObjects(session, bucket)),
      sites: Object.keys(hashes).filter((site) => hashes[site] !== record?.sites[site]),
    };
  });
}
