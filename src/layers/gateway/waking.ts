import type { Config, NestService } from '../../config/config.js';
import { reachedFrom } from '../../base/reached.js';
import { canSleep, isTask, type Refs } from '../../stack/refs.js';
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
  /** What follows where requests are held. */
  hold?: number;
  max_held?: number;
  reads_body?: boolean;
  needs?: readonly Readonly<{ service: string; host: string; path: string }>[];
}>;

/**
 * The `post-function` of a service that can sleep; undefined for one that always runs. It runs after every other plugin, so that nobody
 * wakes a service, or waits for it, whose token or rate would be refused.
 */
export function wakingPlugin(config: Config, refs: Refs, service: NestService): object | undefined {
  return canSleep(service)
    ? { name: 'post-function', config: wakingSnippets(wakeSettings(config, refs, service, true)) }
    : undefined;
}

type Phase = 'access' | 'header_filter' | 'body_filter' | 'log';

/** The configuration of that plugin: a snippet for each phase. */
export function wakingSnippets(settings: WakeSettings): Readonly<Partial<Record<Phase, string[]>>> {
  const run = (phase: Phase, given: string) => [`require("${wakeModule}").${phase}(${given})\n`];
  const text = luaLiteral(settings);
  return {
    ...(settings.hold !== undefined && { access: run('access', text) }),
    header_filter: run('header_filter', text),
    body_filter: run('body_filter', ''),
    ...(settings.hold !== undefined && { log: run('log', '') }),
  };
}

/**
 * What the Lua must know of a service.
 * @param readsBody a request that is held is read first; only where its size was checked before
 */
export function wakeSettings(config: Config, refs: Refs, service: NestService, readsBody: boolean): WakeSettings {
  const { mode, scope, retryAfterSeconds, holdSeconds, maxHeld } = config.wake;
  const needed = scope === 'needed';
  return {
    service: service.name,
    balancer: { address: `alb.${refs.namespaceName}`, port: 8443, server_name: refs.apiHost },
    scope: needed ? service.name : 'all',
    wake: needed ? JSON.stringify({ services: [refs.name(255, service.name)] }) : '',
    retry_after: retryAfterSeconds,
    ...(mode === 'hold' && {
      hold: holdSeconds,
      max_held: maxHeld,
      ...(readsBody && { reads_body: true }),
      needs: needs(config, service),
    }),
  };
}

/** The service, then those that it calls and that can sleep: its first request would fail without them. */
function needs(config: Config, service: NestService): NonNullable<WakeSettings['needs']> {
  const called = reachedFrom([service], config.services.filter(isTask));
  const sleepers = config.services.filter(canSleep).filter(({ name }) => name !== service.name && called.has(name));
  return [service, ...sleepers].map(({ name, healthCheckPath }) => ({
    service: name,
    host: `${name}.internal`,
    path: healthCheckPath,
  }));
}
