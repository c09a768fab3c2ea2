import { comparisons, countableRules } from '../../layers/waf/config.js';
import { fields, items, text, texts, type Fields, type LooseProject } from '../loose.js';
import { mistake, type Mistake, type Place } from '../mistake.js';

/** Names of the rules and groups that the web ACL has anyway. */
const builtIn: readonly string[] = countableRules;

/** Own rules of the web ACL, and the built-in ones that only count. */
export function wafMistakes({ environments }: LooseProject): readonly Mistake[] {
  return environments.flatMap(({ name, fields: environment }) => {
    const waf = fields(environment['waf']);
    const rules = items(waf['rules']).map(({ index, value }) => ({
      at: ['environments', name, 'waf', 'rules', index] as Place,
      rule: fields(value),
    }));
    return [
      ...rules.flatMap(({ at, rule }, position) => [
        ...ruleName(
          at,
          text(rule['name']),
          rules.slice(0, position).flatMap((earlier) => text(earlier.rule['name']) ?? []),
        ),
        ...conditions(at, rule),
      ]),
      ...countedTwice(['environments', name, 'waf', 'count'], waf['count']),
    ];
  });
}

function countedTwice(at: Place, count: unknown): readonly Mistake[] {
  const names = texts(count);
  return names.flatMap(({ index, value }, position) =>
    names.slice(0, position).some((earlier) => earlier.value === value)
      ? [mistake('CONFIG_DUPLICATE', [...at, index], `"${value}" is there twice.`, 'Remove one of them.')]
      : [],
  );
}

function ruleName(at: Place, name: string | undefined, earlier: readonly string[]): readonly Mistake[] {
  if (name === undefined) return [];
  const place = [...at, 'name'];
  if (earlier.includes(name))
    return [mistake('CONFIG_DUPLICATE', place, `Two rules are called "${name}".`, 'Rename one of them.')];
  return builtIn.includes(name) || name.startsWith('AWS')
    ? [
        mistake(
          'CONFIG_RESERVED_NAME',
          place,
          `A rule cannot be called "${name}": the web ACL has one of that name.`,
          'Rename it.',
        ),
      ]
    : [];
}

function conditions(at: Place, rule: Fields): readonly Mistake[] {
  const match = rule['match'];
  if (typeof match !== 'object' || match === null) return [];
  const place = [...at, 'match'];
  const given = fields(match);
  if (Object.keys(given).length === 0)
    return [
      mistake(
        'CONFIG_WAF_RULE',
        place,
        '`match` has no condition, so it would match every request.',
        'Add one, such as `path: { startsWith: "/admin" }`.',
      ),
    ];
  const rate =
    given['rate'] !== undefined && rule['action'] === 'allow'
      ? [
          mistake(
            'CONFIG_WAF_RULE',
            [...at, 'action'],
            '`action` is "allow", but a rule with `rate` can only block or count.',
            'Write "block" or "count".',
          ),
        ]
      : [];
  return [...rate, ...['path', 'header', 'query', 'body'].flatMap((key) => comparison([...place, key], given[key]))];
}

function comparison(at: Place, value: unknown): readonly Mistake[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const used = comparisons.filter((one) => fields(value)[one] !== undefined);
  const regex = text(fields(value)['regex']);
  return [
    ...(used.length === 1
      ? []
      : [
          mistake(
            'CONFIG_WAF_RULE',
            at,
            used.length === 0 ? 'No comparison is given.' : `${used.join(' and ')} are given together.`,
            `Write exactly one of ${comparisons.join(', ')}.`,
          ),
        ]),
    ...(regex === undefined ? [] : pattern([...at, 'regex'], regex)),
  ];
}

/**
 * What WAF, the provider (Go's syntax) and the local plane (JavaScript's) all read in the same way.
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-regex-pattern-support.html (read 2026-11-25)
 */
function pattern(at: Place, regex: string): readonly Mistake[] {
  return isRegex(regex) && !usesUnsupported(regex)
    ? []
    : [
        mistake(
          'CONFIG_WAF_RULE',
          at,
          `The expression "${regex}" is not one that WAF takes.`,
          'Use a valid expression without back references, look-around, named groups, flags, unusual escapes and repeats over 1000.',
        ),
      ];
}

const escapes = /\\([\s\S])/g;

/** What means the same everywhere after a backslash: some letters, and ASCII's punctuation. */
const knownEscape = /^[dDwWsSbBnrtfx !-/:-@[-`{-~]$/;

function usesUnsupported(regex: string): boolean {
  const escaped = [...regex.matchAll(escapes)].map(([, letter = '']) => letter);
  const plain = regex.replaceAll(escapes, '_').replaceAll(/\[[^\]]*\]/g, '_');
  const repeats = [...plain.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].flatMap(([, least, most]) => [
    Number(least),
    Number(most ?? 0),
  ]);
  return (
    !escaped.every((letter) => knownEscape.test(letter)) ||
    /\(\?(?!:)/.test(plain) ||
    repeats.some((times) => times > 1000)
  );
}

function isRegex(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
