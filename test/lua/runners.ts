import { header } from '../../src/local/http/headers.js';
import { FakeIssuer, issuerAddress } from './issuer.js';
import { startLocalLua } from './local-lua.js';
import type { JwtRunner } from './run-jwt-case.js';
import type { SnippetPlace } from './snippet-place.js';

/** The plugin's configuration of a case, as `kong.yml` has it. */
export const jwtConfig = (id: string) => ({
  discovery_url: `${issuerAddress.base}/${id}/.well-known/openid-configuration`,
  host: issuerAddress.host,
});

/** A case by the Lua, wherever it runs. @param plan the one that has the plugin for this issuer */
export const jwtRunner = (place: SnippetPlace, plan: string, issuer: FakeIssuer): JwtRunner => ({
  issuer,
  setClock: (seconds) => place.setClock(seconds),
  ask: async (authorization) => {
    const answer = await place.ask(plan, authorization === undefined ? [] : [['Authorization', authorization]]);
    const { status, headers, service } = answer;
    return {
      status,
      header: (name) => header(headers, name),
      service: service && { header: (name) => header(service, name) },
    };
  },
});

/** One case, in a local gateway of its own. */
export async function localRunner(): Promise<JwtRunner> {
  const issuer = new FakeIssuer('/local');
  const plugins = [{ name: 'landfall-jwt', config: jwtConfig('local') }];
  const place = await startLocalLua({ plans: { jwt: { plugins } }, issuers: new Map([['local', issuer]]) });
  return jwtRunner(place, 'jwt', issuer);
}
