import { tmpdir } from 'node:os';
import { LandfallError } from '../../../base/errors.js';
import type { BuildOrder } from './builder.js';

type Order = Pick<BuildOrder, 'service' | 'target'>;

const quoted = (lines: readonly string[]): string => lines.slice(-20).join('\n');

/** Whether a registry would not let in, or not let write, what came with these credentials. */
export const isRefusal = (lines: readonly string[]): boolean =>
  lines.some((line) =>
    /\b40[13]\b|unauthorized|denied|forbidden|authentication required|no basic auth|token has expired/i.test(line),
  );

/** Whether a disk was full. */
export const isDiskFull = (lines: readonly string[]): boolean =>
  lines.some((line) => /\bENOSPC\b|\bEDQUOT\b|no space left on device|disk quota exceeded/i.test(line));

export function buildFailed({ service }: Order, program: string, lastLines: readonly string[]): LandfallError {
  if (isDiskFull(lastLines)) return diskFull(service, program, lastLines);
  return new LandfallError({
    code: 'IMAGE_BUILD_FAILED',
    message: `The image of ${service} could not be built (${program}). The last lines:\n${quoted(lastLines)}`,
    fix: 'Correct what they say, then deploy again. Nothing that runs was changed; what was built is not built again.',
    path: `services.${service}`,
  });
}

export function pushFailed(order: Order, program: string, lastLines: readonly string[]): LandfallError {
  const { service, target } = order;
  if (isDiskFull(lastLines)) return diskFull(service, program, lastLines);
  return new LandfallError({
    code: 'IMAGE_PUSH_FAILED',
    message: `The image of ${service} could not be pushed to ${target.host}/${target.repository}. The last lines:\n${quoted(lastLines)}`,
    fix: isRefusal(lastLines)
      ? 'New credentials were refused too: let the caller push to that repository (ecr:PutImage and the layer uploads), then deploy again. Nothing that runs was changed.'
      : 'Check the connection to the registry and deploy again. Nothing that runs was changed.',
    path: `services.${service}`,
  });
}

export function loginFailed(program: string, host: string, lastLines: readonly string[]): LandfallError {
  return new LandfallError({
    code: 'REGISTRY_LOGIN_FAILED',
    message: `${program} could not sign in to the registry ${host}. The last lines:\n${quoted(lastLines)}`,
    fix: 'Check the connection to the registry and deploy again. Nothing that runs was changed.',
  });
}

/** @param program what found no room: container tools keep images elsewhere than in the temporary folder */
export function diskFull(service: string, program: string, lastLines: readonly string[]): LandfallError {
  return new LandfallError({
    code: 'DISK_FULL',
    message: `The disk was full while the image of ${service} was made (${program}). The last lines:\n${quoted(lastLines)}`,
    fix: `Free space in ${tmpdir()} (TMPDIR names another folder) and where ${program} keeps its images, then deploy again. Nothing that runs was changed.`,
    path: `services.${service}`,
  });
}
