import { join } from 'node:path';
import { LandfallError } from '../../../base/errors.js';
import { shellCommand } from '../../../base/shell.js';
import type { LocalContext } from '../../../local/contract/context.js';
import { processEnvironment } from '../../../local/contract/environment.js';
import type { ManifestImage } from '../../../stack/manifest.js';

/**
 * Runs a service's migration to its end, with the environment of its tasks.
 * @throws LandfallError `MIGRATION_FAILED` with its last lines
 */
export async function migrate(
  image: ManifestImage,
  command: string,
  env: Readonly<Record<string, string>>,
  ctx: LocalContext,
): Promise<void> {
  const step = `migrate ${image.service}`;
  const started = ctx.clock.monotonic();
  ctx.emit({ type: 'step', id: step, label: step, status: 'started' });
  const exit = await ctx.processes.run(
    {
      name: `${image.service}-migrate`,
      ...shellCommand(command),
      cwd: join(ctx.folders.project, image.context),
      env: { ...processEnvironment(ctx), ...env },
    },
    ctx.signal,
  );
  if (exit.code !== 0) {
    ctx.emit({ type: 'step', id: step, label: step, status: 'failed' });
    throw new LandfallError({
      code: 'MIGRATION_FAILED',
      message: `The migration of ${image.service} (${command}) ended with ${String(exit.code ?? exit.signal)}. Its last lines:\n${exit.lastLines.slice(-15).join('\n')}`,
      fix: 'Correct the migration and run infra:deploy --local again; the running version stays as it is.',
      path: `services.${image.service}.migrate`,
    });
  }
  ctx.emit({
    type: 'step',
    id: step,
    label: step,
    status: 'done',
    milliseconds: Math.round(ctx.clock.monotonic() - started),
  });
}
