import { LandfallError } from '../../base/errors.js';
import { openAws } from '../../deploy/aws/session.js';
import { ok, warning, type Check } from './check.js';

const name = 'AWS credentials';

/** Who calls, in this region. */
export async function credentialsCheck(region: string, signal: AbortSignal): Promise<Check> {
  try {
    const { accountId, callerArn } = await openAws({ region, signal });
    return ok(name, `account ${accountId}, ${callerArn}, ${region}`);
  } catch (error) {
    if (error instanceof LandfallError) return warning(name, error.message, error.fix);
    throw error;
  }
}
