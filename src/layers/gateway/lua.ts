import { readFileSync } from 'node:fs';

/** The Lua that the image is built from, as it stands beside this file. */
export function readLua(path: string): string {
  return readFileSync(new URL(`./lua/${path}`, import.meta.url), 'utf8');
}

/** The snippet that runs before every plugin: identity headers from outside are removed. */
export const stripIdentity = readLua('strip-identity.lua');
