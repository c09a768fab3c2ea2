import { readFileSync } from 'node:fs';

/** The Lua that the image is built from, as it stands beside this file. */
export function readLua(path: string): string {
  return readFileSync(new URL(`./lua/${path}`, import.meta.url), 'utf8');
}

/** The snippet that runs before every plugin: headers that only the gateway sets are removed. */
export const stripIdentity = readLua('strip-identity.lua');

/** The snippet after it, where requests are counted: `X-Viewer-Address` is who asks, without a port. */
export const viewerAddress = readLua('viewer-address.lua');

/** The files of the plugin `landfall-jwt`. `http.lua` and `crypto.lua` hold what differs in tests. */
export const jwtPluginFiles = [
  'handler.lua',
  'schema.lua',
  'algorithms.lua',
  'base64url.lua',
  'crypto.lua',
  'http.lua',
  'issuer.lua',
  'key_sets.lua',
  'token.lua',
] as const;

/** The modules that decide what happens to requests for services that sleep; `waking.ts` writes the snippets that call them. */
export const wakeFiles = [
  'main.lua',
  'answer.lua',
  'asleep.lua',
  'call.lua',
  'count.lua',
  'hold.lua',
  'http.lua',
  'state.lua',
] as const;
