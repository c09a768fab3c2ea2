import { realWaiting } from '../../base/waiting.js';
import type { Builder } from './builders/builder.js';
import { chooseBuilder } from './builders/find.js';

export { buildImages } from './build-images.js';
export { contentHashes } from './content-hashes.js';

/**
 * What would build images on this machine.
 * @throws LandfallError `BUILDER_UNKNOWN`, `BUILDER_NOT_WORKING` for a wrong `LANDFALL_BUILDER`
 */
export function findBuilder(env: Readonly<Record<string, string | undefined>> = process.env): Promise<Builder> {
  return chooseBuilder(env['LANDFALL_BUILDER'], realWaiting(new AbortController().signal));
}
