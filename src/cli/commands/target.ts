import { openAccount } from '../../deploy/aws/account.js';
import type { AwsSession } from '../../deploy/aws/session.js';
import { localAwsSession } from '../../local/aws-session.js';
import { notRunning } from '../../local/not-running.js';
import type { Io } from '../io.js';
import type { LocalOptions } from './options.js';
import { openProject, type Project } from './project.js';

/** A project, and the AWS that a command acts on: the account or, with `--local`, the plane that runs. */
export interface Target extends Project {
  readonly session: AwsSession;
}

/** @throws LandfallError `NOT_RUNNING`, and what `openAccount` throws */
export async function openTarget(options: LocalOptions, io: Io): Promise<Target> {
  const project = await openProject(options, io);
  const { stack } = project.synthesis;
  if (options.local !== true) return { ...project, session: await openAccount(stack, { signal: io.signal }) };
  const session = await localAwsSession(project.planeFolders, stack.region, io.signal);
  if (session === undefined) throw notRunning(options.env);
  return { ...project, session };
}
