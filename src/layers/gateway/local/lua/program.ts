import { readFileSync } from 'node:fs';
import { readLua } from '../../lua.js';

/** The Lua that stands for Kong and ngx_lua here. */
const own = (name: string): string => readFileSync(new URL(`./shim/${name}.lua`, import.meta.url), 'utf8');

export const prelude = (): string => own('prelude');

/** The modules that `require` finds: those of the image, and what Kong would have. @param imageLua a file by its path */
export function moduleText(
  name: string,
  imageLua: (path: string) => string | undefined = fromSource,
): string | undefined {
  const [, shim] = /^kong\.local\.([a-z_]+)$/.exec(name) ?? [];
  if (shim !== undefined) return own(shim);
  const [, folder, file] = /^(?:kong\.plugins\.)?([a-z-]+)\.([a-z\d_]+)$/.exec(name) ?? [];
  return folder === undefined || file === undefined ? undefined : imageLua(`${folder}/${file}.lua`);
}

function fromSource(path: string): string | undefined {
  try {
    return readLua(path);
  } catch {
    return undefined;
  }
}
