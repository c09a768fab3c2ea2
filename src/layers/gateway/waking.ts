import type { Config, NestService } from '../../config/config.js';
import { canSleep, type Refs } from '../../stack/refs.js';
import { luaLiteral } from './lua-literal.js';

/** The module that the snippets require; the image's sandbox allows this one alone. */
export const wakeModule = 'landfall-wake.main';

/** What the Lua must know of a service; `main.lua` says what each means. */
export type WakeSettings = Readonly<{
  service: string;
  balancer: Readonly<{ address: string; port: number; server_name: string }>;
  scope: string;
  wake: string;
  retry_after: number;
}>;

/**
 * The `post-function` of a service that can sleep; undefined for one that always runs. It runs after every other plugin, so that nobody
 * wakes a service, or waits for it, whose token or rate would be refused.
 */
export function wakingPlugin(config: Config, refs: Refs, service: NestService): object | undefined {
  return canSleep(service)
    ? { name: 'post-function', config: wakingSnippets(wakeSettings(config, refs, service)) }
    : undefined;
}

/** The configuration of that plugin: a snippet for each phase. */
export function wakingSnippets(settings: WakeSettings): Readonly<Record<'header_filter' | 'body_filter', string[]>> {
  const run = (phase: string, given: string) => [`require("${wakeModule}").${phase}(${given})\n`];
  return { header_filter: run('header_filter', luaLiteral(settings)), body_filter: run('body_filter', '') };
}

function wakeSettings(config: Config, refs: Refs, service: NestService): WakeSettings {
  const needed = config.wake.scope === 'needed';
  return {
    service: service.name,
    balancer: { address: `alb.${refs.namespaceName}`, port: 8443, server_name: refs.apiHost },
    scope: needed ? service.name : 'all',
    wake: needed ? JSON.stringify({ services: [refs.name(255, service.name)] }) : '',
    retry_after: config.wake.retryAfterSeconds,
  };
}
