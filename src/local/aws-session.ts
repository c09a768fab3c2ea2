import { fromIni } from '@aws-sdk/credential-providers';
import { openAws, type AwsSession } from '../deploy/aws/session.js';
import { findPlane } from './client.js';
import type { PlaneFolders } from './folders.js';
import { portOf } from './ports.js';

/** Signed in to the AWS endpoint of the plane that runs; undefined when none does. */
export async function localAwsSession(
  folders: PlaneFolders,
  region: string,
  signal: AbortSignal,
): Promise<AwsSession | undefined> {
  const plane = await findPlane(folders);
  if (plane === undefined) return undefined;
  const { portBase } = await plane.order<{ readonly portBase: number }>('status');
  const ini = { profile: 'default', filepath: folders.awsCredentials, configFilepath: '/dev/null' };
  return openAws({
    region,
    endpoint: `http://127.0.0.1:${String(portOf(portBase, 'aws'))}`,
    credentials: fromIni(ini),
    signal,
  });
}
