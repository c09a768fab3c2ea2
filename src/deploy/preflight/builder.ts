import { findBuilder } from '../images/index.js';
import type { Check } from './preflight.js';

/** Something that builds images. @see findBuilder for what it throws */
export const builder: Check = async ({ env }) => {
  await findBuilder(env);
  return {};
};
