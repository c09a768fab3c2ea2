import type { AwsSession } from '../aws/session.js';
import type { PushedImage } from '../images/index.js';
import type { Manifest } from '../../stack/manifest.js';
import type { RecordedImage } from '../records.js';
import { identifier } from '../../base/names.js';
import type { DeployedState } from '../terraform/state.js';
import type { BuildImages } from './images.js';
import type { Target, Workspace } from './workspace.js';

/** What a stage starts from: the environment, and what Terraform has made of it so far. */
export interface Deployed {
  readonly target: Target;
  readonly workspace: Workspace;
  readonly state: DeployedState;
}

/** The stages of a deployment beside Terraform's. Each emits its own steps; each done again ends in the same. */
export interface Stages {
  readonly build: BuildImages;
  /** Sees that images that are not built now stand in their repositories. */
  readonly assertPushed: (session: AwsSession, images: readonly PushedImage[]) => Promise<void>;
  /** By service, the hash of all that its image would be made from. */
  readonly hashImages: (
    manifest: Pick<Manifest, 'images'>,
    folders: { readonly projectFolder: string; readonly artifactFolder: string },
  ) => Promise<Readonly<Record<string, string>>>;
  /** Names of declared secrets without a value, and whatever else stops a deploy, before anything is made. */
  readonly check: (target: Target, workspace: Workspace) => Promise<void>;
  /** Lets Terraform take over what stands already. */
  readonly adopt: (target: Target, workspace: Workspace) => Promise<void>;
  /** Migrates the databases of these services, with the task definitions that the state holds. */
  readonly migrate: (deployed: Deployed, services: readonly string[]) => Promise<void>;
  /** Waits until these images run. @param images by service @param since when the deployment began, in milliseconds since 1970 */
  readonly rollOut: (
    deployed: Deployed,
    images: Readonly<Record<string, RecordedImage>>,
    since: number,
  ) => Promise<void>;
  /** Gives Redis the password of its secret, when it still has its first one; nothing while it is not made. */
  readonly rotateRedis: (deployed: Deployed) => Promise<void>;
  readonly uploadSites: (deployed: Deployed, sites: readonly string[]) => Promise<readonly SiteUpload[]>;
  /** Requests every public address until it answers. */
  readonly verify: (deployed: Deployed) => Promise<void>;
}

/** Address of the task definition of a service of the cluster. */
export const taskDefinitionOf = (service: string) => `aws_ecs_task_definition.${identifier(service)}` as const;

export interface SiteUpload {
  readonly service: string;
  readonly uploaded: number;
  readonly deleted: number;
  /** Paths that were invalidated. */
  readonly invalidated: readonly string[];
}
