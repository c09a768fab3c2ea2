import type { HeaderPair } from '../../src/local/contract/http.js';
import type { Nginx } from '../harness/nginx.js';
import { ask, type Answer } from './servers.js';

/** Where plans run: real ngx_lua, or the local gateway. */
export interface SnippetPlace {
  ask(plan: string, headers?: readonly HeaderPair[]): Promise<Answer>;
  /** Seconds since 1970. */
  setClock(seconds: number): Promise<void>;
  /** What stands in its error log. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

export const nginxPlace = (nginx: Nginx): SnippetPlace => ({
  ask: (plan, headers) => ask(nginx.port, `/${plan}/`, headers),
  setClock: (seconds) => nginx.setClock(seconds),
  log: () => nginx.log(),
  stop: () => nginx.stop(),
});
