import type { HeaderPair } from '../../../../local/contract/http.js';
import type { Exchange } from '../plugin.js';
import { LuaError, type HostFunction, type Run } from './vm.js';

/** The head of a response, as a phase may change it. */
export interface Draft {
  status: number;
  headers: HeaderPair[];
}

/** What host functions know of the call that they belong to. */
export interface Scope {
  /** Absent in a timer. */
  readonly exchange?: Exchange;
  /** In access the headers of the answer to come, later the response. */
  readonly draft?: Draft;
  /** What `ngx.print` wrote. */
  readonly printed: string[];
  /** What `ngx.exit` was called with. */
  exitStatus?: number;
  /** What closes the sockets that it opened. */
  readonly opened: Set<() => void>;
}

/** Host functions by the names that the Lua beside them knows. */
export type Hosts = Readonly<Record<string, HostFunction<Scope>>>;

export const newScope = (parts: Pick<Scope, 'exchange' | 'draft'> = {}): Scope => ({
  ...parts,
  printed: [],
  opened: new Set(),
});

export function exchangeOf({ scope }: Run<Scope>): Exchange {
  if (scope.exchange === undefined) throw new LuaError('no request found');
  return scope.exchange;
}

export function draftOf({ scope }: Run<Scope>): Draft {
  if (scope.draft === undefined) throw new LuaError('no request found');
  return scope.draft;
}
