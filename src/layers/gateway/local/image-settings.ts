/** What the local gateway takes from the image's settings. */
export interface ImageSettings {
  /** @see https://developer.konghq.com/gateway/configuration/ (read 2026-11-23) */
  readonly untrustedLua: 'on' | 'off' | 'sandbox';
  /** The modules that a snippet in the sandbox may load. */
  readonly sandboxRequires: readonly string[];
  /** Names of dictionaries besides Kong's own. */
  readonly sharedDictionaries: readonly string[];
  /** Lua ends when its client leaves. nginx's default: it goes on. */
  readonly endsWithClient: boolean;
}

/** Kong's settings in the Dockerfile of the artifact, by their names. */
export function settingsIn(dockerfile: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...dockerfile.matchAll(/^\s+(KONG_\w+)="([^"]*)"/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** What they mean; Kong's defaults where nothing is said. */
export function imageSettings(settings: Readonly<Record<string, string>>): ImageSettings {
  const mode = settings['KONG_UNTRUSTED_LUA'];
  const requires = settings['KONG_UNTRUSTED_LUA_SANDBOX_REQUIRES'] ?? '';
  const [dictionary = ''] = (settings['KONG_NGINX_HTTP_LUA_SHARED_DICT'] ?? '').split(' ');
  const aborts = ['PROXY', 'HTTP'].map((block) => settings[`KONG_NGINX_${block}_LUA_CHECK_CLIENT_ABORT`]);
  return {
    untrustedLua: mode === 'on' || mode === 'off' ? mode : 'sandbox',
    sandboxRequires: requires.split(',').filter((name) => name !== ''),
    sharedDictionaries: dictionary === '' ? [] : [dictionary],
    endsWithClient: aborts.includes('on'),
  };
}
