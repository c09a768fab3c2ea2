/** Where a text stops being JSON: offset of the first wrong character, its length when more was expected; undefined when it is JSON. */
export function jsonFaultAt(text: string): number | undefined {
  let at = 0;
  const space = /[ \t\r\n]*/y;
  const scalar =
    /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    at += found?.length ?? 0;
    return found;
  };
  const skip = (character: string): boolean => {
    take(space);
    const there = text[at] === character;
    if (there) at += 1;
    return there;
  };
  const value = (): boolean => {
    if (skip('{')) return members('}', () => isKey(take(scalar)) && skip(':') && value());
    if (skip('[')) return members(']', value);
    return take(scalar) !== undefined;
  };
  const isKey = (found: string | undefined): boolean => {
    if (found?.startsWith('"') === true) return true;
    at -= found?.length ?? 0;
    return false;
  };
  const members = (end: string, member: () => boolean): boolean => {
    if (skip(end)) return true;
    do {
      take(space);
      if (!member()) return false;
    } while (skip(','));
    return skip(end);
  };

  const whole = value();
  take(space);
  return whole && at === text.length ? undefined : at;
}

/** `{ line: 1, column: 1 }` is the first character. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
