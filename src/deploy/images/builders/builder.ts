import { LandfallError } from '../../../base/errors.js';
import type { Waiting } from '../../../base/waiting.js';
import type { GatewayImage } from '../gateway-image.js';
import type { ImageReference } from '../reference.js';
import type { Recipe } from '../recipe.js';
import type { RegistryCredentials } from '../registry.js';
import { runTool, type ToolRun } from '../run-tool.js';

export const builderNames = ['docker', 'podman', 'buildah', 'containerify'] as const;
export type BuilderName = (typeof builderNames)[number];

/** Makes images and pushes them. */
export interface Builder {
  readonly name: BuilderName;
  /** Whether it follows a Dockerfile of the user's own. */
  readonly followsDockerfiles: boolean;
  /** Signs in to a registry, where the builder keeps that for itself. */
  login(host: string, credentials: RegistryCredentials, signal: AbortSignal): Promise<void>;
  /** Builds an image and pushes it under `target`. @throws LandfallError `IMAGE_BUILD_FAILED`, `IMAGE_PUSH_FAILED` */
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
  readonly credentials: RegistryCredentials | undefined;
  readonly say: (line: string) => void;
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
  host: string,
  { username, password }: RegistryCredentials,
  signal: AbortSignal,
  waiting: Waiting,
): Promise<void> {
  const args = ['login', '--username', username, '--password-stdin', host];
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
  const { exitCode, lastLines } = await runTool(program, args, { ...run, say: order.say, signal: order.signal });
  if (exitCode !== 0) throw buildFailed(order, program, lastLines);
}

/** Runs a step that pushes the image; what a connection or a repository made a moment ago may cause is tried again. */
export async function push(order: BuildOrder, program: string, args: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const { exitCode, lastLines } = await runTool(program, args, { say: order.say, signal: order.signal });
    if (exitCode === 0) return;
    if (attempt === attempts) throw pushFailed(order, lastLines);
    order.say(`The push failed; attempt ${String(attempt + 1)} of ${String(attempts)} follows.`);
    await order.waiting.sleep(pauseMilliseconds * attempt);
  }
}

const attempts = 4;
const pauseMilliseconds = 2_000;

const quoted = (lines: readonly string[]): string => lines.slice(-20).join('\n');

export function buildFailed({ service }: BuildOrder, program: string, lastLines: readonly string[]): LandfallError {
  return new LandfallError({
    code: 'IMAGE_BUILD_FAILED',
    message: `The image of ${service} could not be built (${program}). The last lines:\n${quoted(lastLines)}`,
    fix: 'Correct what they say, then deploy again. Nothing that runs was changed; what was built is not built again.',
    path: `services.${service}`,
  });
}

export function pushFailed({ service, target }: BuildOrder, lastLines: readonly string[]): LandfallError {
  return new LandfallError({
    code: 'IMAGE_PUSH_FAILED',
    message: `The image of ${service} could not be pushed to ${target.host}/${target.repository}. The last lines:\n${quoted(lastLines)}`,
    fix: 'Check the connection to the registry and deploy again. Nothing that runs was changed.',
    path: `services.${service}`,
  });
}

function loginFailed(program: string, host: string, lastLines: readonly string[]): LandfallError {
  return new LandfallError({
    code: 'REGISTRY_LOGIN_FAILED',
    message: `${program} could not sign in to the registry ${host}. The last lines:\n${quoted(lastLines)}`,
    fix: 'Check the connection to the registry and deploy again. Nothing that runs was changed.',
  });
}
