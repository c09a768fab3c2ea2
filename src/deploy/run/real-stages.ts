import type { Waiting } from '../../base/waiting.js';
import { assertPushed, buildImages, contentHashes } from '../images/index.js';
import { preflight } from '../preflight/preflight.js';
import { rollOut } from '../rollout/roll-out.js';
import { redisParts, rotateRedisToken } from '../rotation/index.js';
import { secretImports, writeImports } from '../secrets/index.js';
import { deploySites } from '../sites/deploy-sites.js';
import { migrate } from '../tasks/index.js';
import { verifyEndpoints } from '../verify/verify-endpoints.js';
import { taskDefinitionOf, type Deployed, type SiteUpload, type Stages } from './stages.js';

/** The stages as they are done on AWS. */
export function awsStages(waiting: Waiting): Stages {
  return {
    build: buildImages,
    assertPushed,
    hashImages: contentHashes,
    check: preflight,
    adopt: async ({ session, synthesis }, { folder }) =>
      writeImports(folder, await secretImports(session, synthesis.stack)),
    migrate: async ({ target, state }, only) => {
      const { session, emit, signal, synthesis } = target;
      const { stack, manifest } = synthesis;
      const definitions = only.map((service) => [service, state.text(taskDefinitionOf(service), 'arn')]);
      const taskDefinitions = Object.fromEntries(definitions) as Readonly<Record<string, string>>;
      await migrate({ session, emit, signal, waiting, stack, manifest, only, taskDefinitions });
    },
    rotateRedis: async ({ target: { session, emit, synthesis }, state }) => {
      // Named services are deployed before a cache that the config has newly.
      if (redisParts(synthesis.stack).some((address) => state.values(address) === undefined)) return;
      await rotateRedisToken({ session, emit, waiting, stack: synthesis.stack });
    },
    rollOut: (deployed, images, since) => rollOut(deployed, images, since, waiting),
    uploadSites,
    verify: async ({ target }) => {
      const { emit, signal, synthesis } = target;
      await verifyEndpoints({ manifest: synthesis.manifest, emit, signal, waiting });
    },
  };
}

async function uploadSites({ target, state }: Deployed, only: readonly string[]): Promise<readonly SiteUpload[]> {
  const { session, emit, signal, projectFolder, synthesis } = target;
  const { manifest } = synthesis;
  if (only.length === 0) return [];
  const sites = manifest.sites.filter(({ service }) => only.includes(service));
  const uploaded = await deploySites({
    manifest,
    projectFolder,
    session,
    emit,
    signal,
    only,
    buckets: Object.fromEntries(sites.map(({ service, bucket }) => [service, state.text(bucket, 'bucket')])),
    distributions: Object.fromEntries(
      sites.map(({ service, distribution }) => [service, state.text(distribution, 'id')]),
    ),
  });
  return Object.entries(uploaded).map(([service, done]) => ({
    service,
    uploaded: done.uploaded.length,
    deleted: done.deleted.length,
    invalidated: done.invalidated,
  }));
}
