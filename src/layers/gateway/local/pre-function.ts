import { z } from 'zod';
import { LandfallError } from '../../../base/errors.js';
import { allValues, withHeader } from '../../../local/http/headers.js';
import { stripIdentity, viewerAddress } from '../lua.js';
import type { Exchange, PluginFactory } from './plugin.js';

/** The snippets that Landfall writes, known by their text: other Lua does not run locally. */
const snippets: ReadonlyMap<string, (exchange: Exchange) => void> = new Map([
  [stripIdentity, removeReserved],
  [viewerAddress, setViewerAddress],
]);

export const preFunction: PluginFactory = (config) => {
  const { access } = z.object({ access: z.array(z.string()) }).parse(config);
  const steps = access.map(knownSnippet);
  return {
    name: 'pre-function',
    priority: 1_000_000,
    access: (exchange) => {
      for (const step of steps) step(exchange);
      return undefined;
    },
  };
};

function knownSnippet(text: string): (exchange: Exchange) => void {
  const snippet = snippets.get(text);
  if (snippet !== undefined) return snippet;
  throw new LandfallError({
    code: 'LUA_UNKNOWN',
    message: 'kong.yml holds a pre-function that the local gateway does not know.',
    fix: 'Local gateways run Landfall’s own snippets alone.',
  });
}

function removeReserved(exchange: Exchange): void {
  const headers = exchange.request.headers.filter(([name]) => !isReserved(name));
  if (headers.length < exchange.request.headers.length) exchange.request = { ...exchange.request, headers };
}

/** As `strip-identity.lua` has it. */
function isReserved(name: string): boolean {
  const first = name.charCodeAt(0);
  if (first !== 88 && first !== 120) return false;
  const plain = name.toLowerCase().replaceAll('_', '-');
  return (
    plain.startsWith('x-user-') ||
    plain.startsWith('x-consumer-') ||
    plain === 'x-userinfo' ||
    plain === 'x-viewer-address'
  );
}

/** As `viewer-address.lua` has it. */
function setViewerAddress(exchange: Exchange): void {
  const { headers, peer } = exchange.request;
  const given = allValues(headers, 'CloudFront-Viewer-Address');
  const address = given.length === 1 ? /^\[?([\da-f:.]+)\]?:\d+$/i.exec(given[0] ?? '')?.[1] : undefined;
  exchange.request = { ...exchange.request, headers: withHeader(headers, 'X-Viewer-Address', address ?? peer.address) };
}
