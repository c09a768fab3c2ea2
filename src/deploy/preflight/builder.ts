import { describeChoice, findBuilder } from '../images/index.js';
import type { Check } from './preflight.js';

/** Something that builds images. @see findBuilder for what it throws */
export const builder: Check = async ({ env }) => {
  return { notes: [`images by ${describeChoice(await findBuilder(env))}`] };
};
