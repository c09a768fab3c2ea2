import { z } from 'zod';
import type { PluginFactory } from './plugin.js';

const chunks = z.array(z.string()).optional();

/** Kong 3.9.3's phases of `pre-function` and `post-function`; others have nothing to do with a request's way. */
const functionsSchema = z.strictObject({
  access: chunks,
  header_filter: chunks,
  body_filter: chunks,
  log: chunks,
});

const functions =
  (name: string, priority: number): PluginFactory =>
  (config, { lua }) => {
    const { access = [], header_filter = [], body_filter = [], log = [] } = functionsSchema.parse(config);
    return lua.functions(name, priority, { access, header_filter, body_filter, log });
  };

/** Snippets of `kong.yml`, in Kong's sandbox. Priorities are Kong 3.9.3's own. */
export const preFunction = functions('pre-function', 1_000_000);
export const postFunction = functions('post-function', -1000);

/** The image's own plugin: its very Lua, but for `http.lua` and `crypto.lua`. */
export const landfallJwt: PluginFactory = (config, { lua }) => lua.plugin('landfall-jwt', config);
