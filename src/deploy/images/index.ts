import { realWaiting } from '../../base/waiting.js';
import { chooseBuilder, type BuilderChoice } from './builders/find.js';

export { buildImages } from './build-images.js';
export { contentHashes } from './content-hashes.js';
export { assertPushed, type PushedImage } from './pushed.js';
export { describeChoice } from './builders/find.js';

/**
 * What would build images on this machine.
 * @throws LandfallError `BUILDER_UNKNOWN`, `BUILDER_NOT_WORKING` for a wrong `LANDFALL_BUILDER`
 */
export function findBuilder(env: Readonly<Record<string, string | undefined>> = process.env): Promise<BuilderChoice> {
  return chooseBuilder(env['LANDFALL_BUILDER'], realWaiting(new AbortController().signal));
}
