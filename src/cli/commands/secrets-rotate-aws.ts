import type { Emit } from '../../base/events.js';
import { LandfallError } from '../../base/errors.js';
import { withLock } from '../../base/lock.js';
import { realWaiting } from '../../base/waiting.js';
import { latestRecord } from '../../deploy/records.js';
import { originVerifyTargets, rotateOriginVerify } from '../../deploy/rotation/origin-verify.js';
import { originVerifyKeys, rotateSecret } from '../../deploy/rotation/rotate.js';
import { secretVersions } from '../../deploy/rotation/versions.js';
import { variablesOf } from '../../deploy/run/images.js';
import {
  artifactFolder,
  backendOf,
  claimOf,
  lockFile,
  openWorkspace,
  writeImages,
  type Target,
} from '../../deploy/run/workspace.js';
import { secretPrefix, type DeclaredSecret } from '../../deploy/secrets/declared.js';
import { stateBucketExists, stateBucketName } from '../../deploy/state/bucket.js';
import { takenOver, withClaim } from '../../deploy/state/claim.js';
import type { Io } from '../io.js';
import { openTarget as openTerraformTarget } from './aws-target.js';
import type { RotateOptions } from './secrets-rotate.js';
import { openTarget } from './target.js';

/** Rotates one after the other, while no deployment runs; Terraform is needed for X-Origin-Verify alone. */
export async function rotateOnAws(
  options: RotateOptions,
  io: Io,
  emit: Emit,
  secrets: readonly DeclaredSecret[],
): Promise<void> {
  const withTerraform = secrets.some(({ key }) => originVerifyKeys.includes(key));
  // It has no --unlock: that is for what deploys.
  const terraform = withTerraform ? await openTerraformTarget('infra:deploy', options, io, emit) : undefined;
  const { session, synthesis, projectFolder } = terraform ?? (await withoutTerraform(options, io));
  const { stack, manifest } = synthesis;
  const waiting = realWaiting(io.signal);
  const bucket = stateBucketName(manifest, session.accountId);
  const folder = artifactFolder(projectFolder, manifest.environment);
  const rotateOriginVerify = async () => {
    if (terraform !== undefined) await rotateOrigin(terraform);
  };
  const rotateAll = async (isHeld: () => boolean) => {
    for (const secret of secrets) {
      if (!isHeld()) throw takenOver();
      const step = { type: 'step', id: `rotate ${secret.key}`, label: `Rotate ${secret.key}` } as const;
      const started = waiting.now();
      emit({ ...step, status: 'started' });
      try {
        await rotateSecret({ session, stack, emit, waiting, rotateOriginVerify }, secret);
      } catch (error) {
        emit({ ...step, status: 'failed' });
        throw error;
      }
      emit({ ...step, status: 'done', milliseconds: waiting.now() - started });
    }
  };
  await withLock(lockFile(projectFolder, manifest.environment), async () => {
    const isDeployed = await stateBucketExists(session, bucket);
    await (isDeployed
      ? withClaim(claimOf({ session, emit }, { bucket, folder }, waiting), rotateAll)
      : rotateAll(() => true));
  });
}

async function withoutTerraform(
  options: RotateOptions,
  io: Io,
): Promise<Pick<Target, 'session' | 'synthesis' | 'projectFolder'>> {
  const { session, synthesis, folder } = await openTarget(options, io);
  return { session, synthesis, projectFolder: folder };
}

/** With Terraform, for the few resources that hold the values. */
async function rotateOrigin(target: Target): Promise<void> {
  const { session, synthesis } = target;
  const { stack, manifest } = synthesis;
  const workspace = await openWorkspace(target);
  const record = await latestRecord(session, workspace.bucket);
  await writeImages(workspace.folder, variablesOf(manifest, record?.images ?? {}));
  await workspace.terraform.init(backendOf(workspace, target));
  const versions = (key: string) => secretVersions(session, `${secretPrefix(stack)}kong/${key}`);
  await rotateOriginVerify({
    sent: versions('ORIGIN_VERIFY'),
    next: versions('ORIGIN_VERIFY_NEXT'),
    targets: originVerifyTargets(stack),
    apply: async (addresses) => {
      const plan = await workspace.terraform.plan({ targets: addresses, refresh: false });
      const others = plan.changes.filter(({ address }) => !addresses.includes(address));
      if (others.length > 0) throw undeployed(others.map(({ address }) => address));
      if (plan.changes.length > 0) await workspace.terraform.apply(plan);
    },
  });
}

const undeployed = (addresses: readonly string[]): LandfallError =>
  new LandfallError({
    code: 'NOT_AS_DEPLOYED',
    message: `The config has changes that are not deployed, and the rotation would make them too: ${addresses.join(', ')}.`,
    fix: 'Deploy first: landfall infra:deploy. Then rotate.',
  });
