import { LandfallError, LandfallErrors, type Problem } from '../../base/errors.js';
import type { Target, Workspace } from '../run/workspace.js';
import { appRunner } from './app-runner.js';
import { bucketNames } from './bucket-names.js';
import { builder } from './builder.js';
import { hostedZones } from './hosted-zones.js';
import { pendingSecrets } from './pending-secrets.js';
import { quotas } from './quotas.js';
import { secrets } from './secrets.js';
import { stateBucket } from './state-bucket.js';
import { stateLock } from './state-lock.js';

/** What one check has found: what stops a deploy, and what the user should know all the same. */
export interface Findings {
  readonly problems?: readonly Problem[];
  readonly warnings?: readonly Problem[];
  /** How the deploy will go about it. */
  readonly notes?: readonly string[];
}

/** One thing that must be right before anything is made. */
export type Check = (target: Target, workspace: Workspace) => Promise<Findings>;

const checks: readonly Check[] = [
  stateBucket,
  stateLock,
  builder,
  hostedZones,
  secrets,
  pendingSecrets,
  bucketNames,
  appRunner,
  quotas,
];

/**
 * Asks AWS and this machine for all that a deploy needs, at once; nothing is changed.
 * @throws LandfallErrors all that is wrong, together
 */
export async function preflight(target: Target, workspace: Workspace): Promise<void> {
  const step = { type: 'step', id: 'preflight', label: 'check what the deploy needs' } as const;
  const started = performance.now();
  target.emit({ ...step, status: 'started' });
  const found = await Promise.all(checks.map((check) => findingsOf(check, target, workspace)));
  for (const problem of found.flatMap(({ warnings = [] }) => warnings)) target.emit({ type: 'warning', problem });
  const [first, ...rest] = distinct(found.flatMap(({ problems = [] }) => problems));
  const milliseconds = performance.now() - started;
  const notes = found.flatMap((one) => one.notes ?? []);
  target.emit({
    ...step,
    status: first === undefined ? 'done' : 'failed',
    milliseconds,
    ...(notes.length > 0 && { detail: notes.join('; ') }),
  });
  if (first !== undefined) throw new LandfallErrors([first, ...rest]);
}

/** A check that cannot be made is a finding too, beside those of the others. */
async function findingsOf(check: Check, target: Target, workspace: Workspace): Promise<Findings> {
  try {
    return await check(target, workspace);
  } catch (error) {
    target.signal.throwIfAborted();
    if (error instanceof LandfallError) return { problems: error.problems };
    throw error;
  }
}

/** Expired credentials, say, are found by each check, and told once. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const oncePerCode = ['AWS_CREDENTIALS_EXPIRED', 'AWS_NO_CREDENTIALS', 'AWS_CREDENTIALS_INVALID', 'AWS_UNREACHABLE'];
  const key = ({ code, message }: Problem) => (oncePerCode.includes(code) ? code : `${code} ${message}`);
  return [...new Map(problems.toReversed().map((problem) => [key(problem), problem])).values()].toReversed();
}
