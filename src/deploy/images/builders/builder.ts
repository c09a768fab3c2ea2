import type { Waiting } from '../../../base/waiting.js';
import type { RegistryLogin } from '../credentials.js';
import type { GatewayImage } from '../gateway-image.js';
import type { ImageReference } from '../reference.js';
import type { Recipe } from '../recipe.js';
import type { RegistryCredentials } from '../registry.js';
import { runTool, type ToolRun } from '../run-tool.js';
import { buildFailed, isDiskFull, isRefusal, loginFailed, pushFailed } from './problems.js';

export const builderNames = ['docker', 'podman', 'buildah', 'containerify'] as const;
export type BuilderName = (typeof builderNames)[number];

/** Makes images and pushes them. */
export interface Builder {
  readonly name: BuilderName;
  /** Whether it follows a Dockerfile of the user's own. */
  readonly followsDockerfiles: boolean;
  /** Signs in to a registry, where the builder keeps that for itself. */
  login(host: string, credentials: RegistryCredentials, signal: AbortSignal): Promise<void>;
  /** Builds an image and pushes it under `target`. @throws LandfallError `IMAGE_BUILD_FAILED`, `IMAGE_PUSH_FAILED`, `DISK_FULL` */
  buildAndPush(order: BuildOrder): Promise<void>;
}

export interface BuildOrder {
  readonly service: string;
  /** A folder of this build's own; it holds `context/` and `Dockerfile`. */
  readonly folder: string;
  readonly platform: 'linux/amd64' | 'linux/arm64';
  readonly target: ImageReference;
  /** The base image, and the build argument that names it. Undefined for a Dockerfile of the user's own. */
  readonly base?: { readonly argument: string; readonly image: ImageReference };
  /** How to go on without following the Dockerfile. */
  readonly source: ImageSource;
  /** Files with build secrets, by id. */
  readonly secrets: Readonly<Record<string, string>>;
  /** To the registry of `target`. */
  readonly login: RegistryLogin;
  readonly say: (line: string) => void;
  /** Takes secrets out of a line that a program wrote. */
  readonly hide: (line: string) => string;
  readonly signal: AbortSignal;
  readonly waiting: Waiting;
}

/** What an image is made from. */
export type ImageSource =
  | { readonly type: 'recipe'; readonly recipe: Recipe; readonly manifests: readonly string[] }
  | { readonly type: 'gateway'; readonly gateway: GatewayImage }
  | { readonly type: 'dockerfile' };

/** Signs in with the password on standard input. The registry may not know a credential yet that was made a moment ago. */
export async function loginWith(
  program: string,
  options: readonly string[],
  host: string,
  { username, password }: RegistryCredentials,
  { signal, waiting }: Pick<BuildOrder, 'signal' | 'waiting'>,
): Promise<void> {
  const args = ['login', ...options, '--username', username, '--password-stdin', host];
  for (let attempt = 1; ; attempt += 1) {
    const { exitCode, lastLines } = await runTool(program, args, { input: password, signal });
    if (exitCode === 0) return;
    if (attempt === attempts) throw loginFailed(program, host, lastLines);
    await waiting.sleep(pauseMilliseconds * attempt);
  }
}

/** Runs a step that makes the image. */
export async function build(
  order: BuildOrder,
  program: string,
  args: readonly string[],
  run: ToolRun = {},
): Promise<void> {
  const { exitCode, lastLines } = await runTool(program, args, { ...run, ...watched(order) });
  if (exitCode !== 0) throw buildFailed(order, program, lastLines);
}

/** A step that pushes an image. */
export interface Push {
  /** As the user knows it. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Lets the step use other credentials from now on. */
  signIn(credentials: RegistryCredentials): Promise<void>;
}

/**
 * Runs a step that pushes the image; what a connection or a repository made a moment ago may cause is tried again. When the registry refuses
 * the credentials, new ones are asked for, once.
 */
export async function push(order: BuildOrder, { name, program, args, signIn }: Push): Promise<void> {
  const { login, say, waiting } = order;
  let isRenewed = false;
  for (let attempt = 1; ; attempt += 1) {
    const used = login.credentials;
    const { exitCode, lastLines } = await runTool(program, args, watched(order));
    if (exitCode === 0) return;
    const isRefused = isRefusal(lastLines);
    if (attempt === attempts || isDiskFull(lastLines) || (isRefused && isRenewed)) {
      throw pushFailed(order, name, lastLines);
    }
    say(`The push failed; attempt ${String(attempt + 1)} of ${String(attempts)} follows.`);
    await waiting.sleep(pauseMilliseconds * attempt);
    if (!isRefused) continue;
    isRenewed = true;
    await signIn(await login.renew(used));
  }
}

const watched = ({ say, hide, signal }: BuildOrder): ToolRun => ({ say, hide, signal });

const attempts = 4;
const pauseMilliseconds = 2_000;
