import type { AwsSession } from '../aws/session.js';
import { findTagged } from '../aws/tagged.js';
import type { Environment } from '../state/bucket.js';

/** ARNs of what carries the environment's tags, sorted. */
export async function findRemains(session: AwsSession, environment: Environment): Promise<readonly string[]> {
  return (await findTagged(session, environment)).map(({ arn }) => arn);
}
