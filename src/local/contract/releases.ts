import { dirname, join } from 'node:path';
import type { LocalContext } from './context.js';

/** A service's own release: a link to the folder that its start command runs in. `root` is the plane's folder. */
export const releaseIn = (root: string, service: string): string => join(root, 'releases', service, 'current');

/** The same, as a room finds it. */
export const releaseOf = ({ data }: Pick<LocalContext['folders'], 'data'>, service: string): string =>
  releaseIn(dirname(data), service);
