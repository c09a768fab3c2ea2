import { pid } from 'node:process';
import { setImmediate } from 'node:timers';
import type { PluginContext } from '../../plugin.js';
import { bytesOf, textOf, type LuaValue } from '../codec.js';
import { decodeJson, encodeJson } from '../json.js';
import type { Hosts, Scope } from '../scope.js';
import { Results, type HostFunction } from '../vm.js';
import { number, text } from './arguments.js';
import { unescapeUri } from './request.js';

export type NodeContext = Pick<PluginContext, 'clock' | 'env' | 'signal' | 'log'> & {
  /** What `kong.node.get_id` says. */
  readonly nodeId: string;
};

/** What Lua may use of the machine: the plane's clock, the task's variables, its log, and ways of writing. */
export const nodeHosts = ({ clock, env = {}, signal, log, nodeId }: NodeContext): Hosts => ({
  null: () => null,
  now: () => Math.floor(clock.now()) / 1000,
  time: () => Math.floor(clock.now() / 1000),
  sleep: ([seconds], run) => {
    const milliseconds = number(seconds) * 1000;
    run.pending = new Promise((resolve) => clock.after(milliseconds, () => resolve(new Results())));
    return undefined;
  },
  exiting: () => signal?.aborted ?? false,
  pid: () => pid,
  node_id: () => nodeId,
  environment: ([name]) => {
    const value = env[textOf(text(name))];
    return value === undefined ? undefined : bytesOf(value);
  },
  log: ([level, message]) => {
    log?.(number(level), textOf(text(message)));
    return undefined;
  },
  json_encode: orWhy(([value]) => encodeJson(value)),
  json_decode: orWhy(([bytes]) => decodeJson(text(bytes))),
  encode_base64: ([bytes]) => Buffer.from(text(bytes), 'latin1').toString('base64'),
  decode_base64: ([bytes]) => decodeBase64(text(bytes)),
  escape_uri: ([bytes]) => text(bytes).replace(/[^\w.~-]/g, percent),
  unescape_uri: ([bytes]) => unescapeUri(text(bytes)),
});

/** As cjson.safe does: nil and why, instead of an error. */
function orWhy(host: (args: readonly LuaValue[]) => LuaValue): HostFunction<Scope> {
  return (args) => {
    try {
      return host(args);
    } catch (error) {
      return new Results(undefined, error instanceof Error ? error.message : String(error));
    }
  };
}

const percent = (byte: string): string => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** nil where it is no base64. */
function decodeBase64(bytes: string): string | undefined {
  return /^[A-Za-z\d+/]*={0,2}$/.test(bytes) ? Buffer.from(bytes, 'base64').toString('latin1') : undefined;
}

/** Runs `fire` after the seconds, by the clock; at once, after what runs now, where they are 0. @returns cancels it */
export function later({ clock }: Pick<PluginContext, 'clock'>, seconds: number, fire: () => void): () => void {
  if (seconds > 0) return clock.after(seconds * 1000, fire);
  const soon = setImmediate(fire);
  return () => clearImmediate(soon);
}
