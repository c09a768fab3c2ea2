import { findBaseImage } from './base-image.js';
import { findCheckov } from './checkov.js';
import { findEmulator } from './emulator.js';

/** Makes what test files share in the user's cache, before two of them would make it at once. */
export default async function prepare(): Promise<void> {
  await Promise.all([findEmulator(), findCheckov(), findBaseImage()]);
}
