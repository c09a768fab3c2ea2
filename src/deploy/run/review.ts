import { LandfallErrors, type Problem } from '../../base/errors.js';
import type { PlannedChange } from '../terraform/plan.js';

/** What a plan would do, for the person who is asked. */
export interface Review {
  readonly changes: readonly PlannedChange[];
  /** What does not serve for a while, and why; full sentences. */
  readonly down: readonly string[];
  readonly losses: readonly Loss[];
}

/** Data that a plan destroys. */
export interface Loss {
  readonly address: string;
  /** Full sentence. */
  readonly what: string;
}

/** What nothing can serve without while it is replaced. */
const serving: Readonly<Record<string, string>> = {
  aws_vpc: 'nothing answers',
  aws_nat_gateway: 'tasks reach nothing outside',
  aws_ecs_cluster: 'no service answers',
  aws_ecs_service: 'it does not answer',
  aws_apprunner_service: 'it does not answer',
  aws_lb: 'no address behind the load balancer answers',
  aws_lb_listener: 'nothing behind this listener answers',
  aws_cloudfront_distribution: 'its address does not answer',
  aws_db_instance: 'every service with a database fails',
  aws_elasticache_replication_group: 'every service with Redis fails',
};

/** Arguments whose change restarts it, at once or in its maintenance window; the rest of an update goes unnoticed. @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html (not re-read) */
const restarting: Readonly<Record<string, readonly string[]>> = {
  aws_db_instance: ['instance_class', 'engine_version', 'parameter_group_name', 'ca_cert_identifier', 'storage_type'],
  aws_elasticache_replication_group: ['node_type', 'engine_version'],
};

/** @param hasObjects whether a bucket of this name holds anything */
export async function reviewOf(
  changes: readonly PlannedChange[],
  hasObjects: (bucket: string) => Promise<boolean>,
): Promise<Review> {
  const losses = await Promise.all(changes.map((change) => lossOf(change, hasObjects)));
  return { changes, down: changes.flatMap(downBy), losses: losses.filter((loss) => loss !== undefined) };
}

function downBy({
  address,
  type,
  action,
  createFirst,
  attributes,
  inWindow = false,
}: PlannedChange): readonly string[] {
  const effect = serving[type];
  if (action === 'replace' && !createFirst && effect !== undefined)
    return [`${address} is replaced: until then ${effect}.`];
  const restart = attributes.filter((name) => restarting[type]?.includes(name));
  if (action !== 'update' || restart.length === 0) return [];
  const meanwhile = `meanwhile ${effect ?? 'it does not answer'}`;
  // The provider reads what runs, not what is pending.
  return inWindow
    ? [
        `${address} restarts in its next maintenance window (${restart.join(', ')}): ${meanwhile}. Until then plans show this again.`,
      ]
    : [`${address} restarts (${restart.join(', ')}): ${meanwhile}.`];
}

async function lossOf(
  { address, type, action, before }: PlannedChange,
  hasObjects: (bucket: string) => Promise<boolean>,
): Promise<Loss | undefined> {
  if (action !== 'delete' && action !== 'replace') return undefined;
  const goes = action === 'delete' ? 'is destroyed' : 'is replaced by an empty one';
  const snapshot = before['skip_final_snapshot'] === false || typeof before['final_snapshot_identifier'] === 'string';
  const kept = snapshot ? 'A final snapshot is kept.' : 'No snapshot is kept.';
  switch (type) {
    case 'aws_db_instance':
      return { address, what: `The database instance ${goes}, with every database in it. ${kept}` };
    case 'aws_elasticache_replication_group':
      return { address, what: `Redis ${goes}, with queues and sessions. ${kept}` };
    case 'aws_s3_bucket': {
      const bucket = String(before['bucket']);
      return (await hasObjects(bucket))
        ? { address, what: `The bucket ${bucket} ${goes}, with all objects and their versions.` }
        : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * @param allowed addresses given with `--allow-data-loss`
 * @throws LandfallErrors `DATA_LOSS`, one for each address that is not allowed
 */
export function assertLossesAllowed({ losses }: Review, allowed: readonly string[]): void {
  const [first, ...rest] = losses.filter(({ address }) => !allowed.includes(address)).map(problemOf);
  if (first !== undefined) throw new LandfallErrors([first, ...rest]);
}

const problemOf = ({ address, what }: Loss): Problem => ({
  code: 'DATA_LOSS',
  message: `${what} Nothing was changed.`,
  fix: `If the data may go, add --allow-data-loss ${address}.`,
  path: address,
});
