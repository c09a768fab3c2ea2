import { join } from 'node:path';
import { LandfallError } from '../../../base/errors.js';
import { shellCommand } from '../../../base/shell.js';
import type { LocalContext } from '../../../local/contract/context.js';
import { processEnvironment } from '../../../local/contract/environment.js';
import type { ManifestImage } from '../../../stack/manifest.js';

/**
 * Runs a service's migration to its end unless this very image was migrated last, in the service's own folder.
 * @param env of the service's instances
 * @throws LandfallError `MIGRATION_FAILED` with its last lines
 */
export async function migrateOnce(
  { service, context, migrate }: ManifestImage,
  identifier: string,
  env: () => Promise<Readonly<Record<string, string>>>,
  ctx: LocalContext,
): Promise<void> {
  if (migrate === undefined || ctx.prior?.['migrated'] === identifier) return;
  const step = `migrate ${service}`;
  const started = ctx.clock.monotonic();
  ctx.emit({ type: 'step', id: step, label: step, status: 'started' });
  const exit = await ctx.processes.run(
    {
      name: `${service}-migrate`,
      ...shellCommand(migrate),
      cwd: join(ctx.folders.project, context),
      env: { ...processEnvironment(ctx), ...(await env()) },
    },
    ctx.signal,
  );
  const milliseconds = Math.round(ctx.clock.monotonic() - started);
  ctx.emit({ type: 'step', id: step, label: step, status: exit.code === 0 ? 'done' : 'failed', milliseconds });
  if (exit.code === 0) return;
  throw new LandfallError({
    code: 'MIGRATION_FAILED',
    message: `The migration of ${service} (${migrate}) ended with ${String(exit.code ?? exit.signal)}. Its last lines:\n${exit.lastLines.slice(-15).join('\n')}`,
    fix: 'Correct the migration and run infra:deploy --local again; the running version stays as it is.',
    path: `services.${service}.migrate`,
  });
}
