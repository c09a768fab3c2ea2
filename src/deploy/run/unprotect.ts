import { ModifyDBInstanceCommand, RDSClient } from '@aws-sdk/client-rds';
import type { Emit } from '../../base/events.js';
import { awsProblem, isAwsError } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import { emptyBucket } from '../state/empty-bucket.js';
import type { PlannedChange } from '../terraform/plan.js';

interface Parts {
  readonly session: AwsSession;
  readonly emit: Emit;
}

/**
 * Lifts what would make AWS refuse to let these go, half-way through an apply: the deletion protection of a database, the objects of a
 * bucket. It goes by what stands, not by the config, which may have them no more. Their data may go: that was asked before.
 */
export async function unprotect(parts: Parts, changes: readonly PlannedChange[]): Promise<void> {
  for (const change of changes) {
    if (change.action !== 'delete' && change.action !== 'replace') continue;
    const { address, type, before } = change;
    if (type === 'aws_db_instance' && before['deletion_protection'] === true) {
      const lift = () => liftDeletionProtection(parts.session, String(before['identifier']));
      await asStep(parts.emit, `lift the deletion protection of ${address}`, lift);
    }
    // Terraform empties one that says so itself.
    if (type === 'aws_s3_bucket' && before['force_destroy'] !== true) {
      const empty = () => emptyBucket(parts.session, String(before['bucket']));
      await asStep(parts.emit, `empty ${address}`, empty);
    }
  }
}

async function liftDeletionProtection(session: AwsSession, DBInstanceIdentifier: string): Promise<void> {
  try {
    await session
      .client(RDSClient)
      .send(new ModifyDBInstanceCommand({ DBInstanceIdentifier, DeletionProtection: false, ApplyImmediately: true }));
  } catch (error) {
    if (isAwsError(error, 'DBInstanceNotFoundFault')) return;
    throw awsProblem(error, `lift the deletion protection of the database ${DBInstanceIdentifier}`);
  }
}

async function asStep(emit: Emit, label: string, work: () => Promise<void>): Promise<void> {
  const step = { type: 'step', id: `unprotect:${label}`, label } as const;
  const started = performance.now();
  emit({ ...step, status: 'started' });
  try {
    await work();
    emit({ ...step, status: 'done', milliseconds: performance.now() - started });
  } catch (error) {
    emit({ ...step, status: 'failed' });
    throw error;
  }
}
