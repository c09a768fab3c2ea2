import type { FieldArgs } from '../schema.js';
import { toBytes } from '../text/bytes.js';
import { tooLarge, type Component } from './component.js';
import type { Part, SeenBody } from './inspection.js';
import { jsonStrings } from './json-strings.js';

type JsonArgs = NonNullable<FieldArgs['json_body']>;

/**
 * The keys and values of a body in JSON, or those below the paths that are named (RFC 6901).
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-fields-list.html (read 2026-11-25)
 */
export function jsonParts(args: JsonArgs): Component {
  const paths = args.match_pattern?.included_paths ?? [];
  const [keys, values] = [args.match_scope !== 'VALUE', args.match_scope !== 'KEY'];
  return ({ body }) => {
    if (body === undefined) return [];
    const large = body.isCut ? tooLarge(args.oversize_handling) : undefined;
    if (large !== undefined) return large;
    const parsed = parse(body);
    if (parsed === undefined) return unparsed(body, args);
    const parts: Part[] = [];
    walk(parsed.value, '', (path, text, isKey) => {
      // The last key of a path is not looked at itself.
      const isBelow = (one: string) => path.startsWith(`${one}/`) || (!isKey && path === one);
      const wanted = paths.length === 0 || paths.some(isBelow);
      if (wanted && (isKey ? keys : values)) parts.push({ name: 'JSON body', text: toBytes(text) });
    });
    return parts;
  };
}

/** Without a fallback, WAF looks at what it could read up to the mistake. */
function unparsed(body: SeenBody, { invalid_fallback_behavior: fallback }: JsonArgs): ReturnType<Component> {
  if (fallback === 'MATCH') return 'match';
  if (fallback === 'NO_MATCH') return 'no match';
  const texts = fallback === 'EVALUATE_AS_STRING' ? [body.text] : jsonStrings(body.text);
  return texts.map((text) => ({ name: 'JSON body', text }));
}

function parse({ text }: SeenBody): { readonly value: unknown } | undefined {
  try {
    const value = JSON.parse(Buffer.from(text, 'latin1').toString('utf8')) as unknown;
    return typeof value === 'object' && value !== null ? { value } : undefined;
  } catch {
    return undefined;
  }
}

type Visit = (path: string, text: string, isKey: boolean) => void;

function walk(value: unknown, path: string, visit: Visit): void {
  if (typeof value !== 'object' || value === null) {
    visit(path, String(value), false);
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    const below = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!Array.isArray(value)) visit(below, key, true);
    walk(child, below, visit);
  }
}
