import { join } from 'node:path';
import { LandfallError } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import type { ManifestSite } from '../../stack/manifest.js';
import { packageJson } from '../content-hash.js';
import { runTool } from '../images/run-tool.js';

/**
 * Builds a site in its folder with the user's own environment and the site's, such as `API_URL`. Does nothing for one without a build.
 * @throws LandfallError `BUILD_FAILED`
 */
export async function buildSite(
  site: ManifestSite,
  projectFolder: string,
  { emit, signal }: { readonly emit: Emit; readonly signal: AbortSignal },
): Promise<void> {
  const folder = join(projectFolder, site.context);
  const command = await buildCommand(site, folder);
  if (command === undefined) return;
  const step = { type: 'step', id: `build ${site.service}`, label: `build ${site.service}` } as const;
  const started = performance.now();
  emit({ ...step, status: 'started', detail: command });
  const say = (line: string) => emit({ ...step, status: 'progress', detail: line });
  const { exitCode, lastLines } = await runTool('/bin/sh', ['-c', command], {
    cwd: folder,
    env: site.env,
    signal,
    say,
  });
  if (exitCode !== 0) {
    emit({ ...step, status: 'failed' });
    throw new LandfallError({
      code: 'BUILD_FAILED',
      message: `The build of ${site.service} (${command}) ended with ${String(exitCode)}. Its last lines:\n${lastLines.slice(-20).join('\n')}`,
      fix: `Run it yourself in ${site.context} (are its dependencies installed?), correct it, and deploy again. What is served was not changed.`,
      path: `services.${site.service}`,
    });
  }
  emit({ ...step, status: 'done', milliseconds: Math.round(performance.now() - started) });
}

/** Undefined when what is served is what the user wrote. */
export async function buildCommand(site: ManifestSite, folder: string): Promise<string | undefined> {
  if (site.build !== undefined) return site.build;
  return (await packageJson(folder)).scripts?.['build'] === undefined ? undefined : 'npm run build';
}
