import { join } from 'node:path';

/** Where one environment's local plane keeps what it has, under the config file's folder. */
export interface PlaneFolders {
  /** Absolute folder of the config file. */
  readonly project: string;
  /** `.landfall/<env>/local`. */
  readonly root: string;
  /** The generated artifact of `--local`. */
  readonly artifact: string;
  readonly data: string;
  readonly logs: string;
  readonly ca: string;
  /** Records of running processes. */
  readonly processes: string;
  readonly state: string;
  readonly lock: string;
  /** How to reach the plane that runs. */
  readonly plane: string;
  /** How to sign calls of the plane's AWS endpoint. */
  readonly awsCredentials: string;
  readonly vault: string;
  readonly builds: string;
}

/** @param project absolute folder of the config file */
export function planeFolders(project: string, environment: string): PlaneFolders {
  const root = join(project, '.landfall', environment, 'local');
  return {
    project,
    root,
    artifact: join(root, 'artifact'),
    data: join(root, 'data'),
    logs: join(root, 'logs'),
    ca: join(root, 'ca'),
    processes: join(root, 'processes'),
    state: join(root, 'state.json'),
    lock: join(root, 'lock'),
    plane: join(root, 'plane.json'),
    awsCredentials: join(root, 'aws-credentials'),
    vault: join(root, 'data', 'vault.json'),
    builds: join(root, 'builds.json'),
  };
}
