import type { SqlPhrase } from './sql-phrase.js';

const connectors = ['or', 'and', 'xor', 'having', 'when', '||', '&&'] as const;
const comparisons = [
  '=',
  '==',
  '!=',
  '<>',
  '<',
  '>',
  '<=',
  '>=',
  '<=>',
  'like',
  'rlike',
  'regexp',
  'ilike',
  'is',
] as const;
const unary = ['(', 'not', '!', '-', '+', '~', 'binary'] as const;

/** Functions that attackers compare with, to ask the database one bit at a time. */
const probes: ReadonlySet<string> = new Set([
  'ascii',
  'char_length',
  'count',
  'current_user',
  'database',
  'exists',
  'if',
  'iif',
  'length',
  'mid',
  'ord',
  'strcmp',
  'substr',
  'substring',
  'user',
  'version',
]);

/** `or 1=1`, `and 'a'='a`, `' or true--`, `' and name='x`, `1 and ascii(…)`: a condition that the text adds by itself. */
export function addsCondition(phrase: SqlPhrase): boolean {
  return phrase.some((at) => phrase.is(at, ...connectors) && isCondition(phrase, at));
}

function isCondition(phrase: SqlPhrase, at: number): boolean {
  const operand = phrase.skip(at + 1, ...unary);
  const isAfterBreak = phrase.isBroken && at === phrase.start;
  if (phrase.isCall(operand, probes)) return phrase.followsValue(at);
  if (phrase.isLiteral(operand) && isTruth(phrase, at, operand)) return isAfterBreak || startsWithNumber(phrase, at);
  const comparison = phrase.skip(operand + 1, ')', 'not');
  if (phrase.is(comparison, 'in')) return phrase.isLiteral(operand) && phrase.is(comparison + 1, '(');
  if (phrase.is(comparison, 'between')) return isAfterBreak && phrase.isLiteral(comparison + 1);
  if (!phrase.is(comparison, ...comparisons)) return false;
  const other = phrase.skip(comparison + 1, ...unary);
  if (phrase.isLiteral(operand) && phrase.isLiteral(other)) return true;
  if (!isAfterBreak) return false;
  if (phrase.is(comparison, 'like', 'ilike')) return phrase.text(other)?.startsWith('%') === true;
  const isOperand = (place: number) => phrase.isLiteral(place) || phrase.isKind(place, 'word', 'variable');
  return isOperand(operand) && isOperand(other) && (phrase.isLiteral(operand) || phrase.isLiteral(other));
}

/** `or 1` and nothing more, or a comment. */
function isTruth(phrase: SqlPhrase, at: number, operand: number): boolean {
  if (!phrase.is(at, 'or', '||', 'xor')) return false;
  return phrase.isEnd(phrase.skip(operand + 1, ')'));
}

/** `1 or 1--`: the text begins as a number, and ends in a comment. */
function startsWithNumber(phrase: SqlPhrase, at: number): boolean {
  return at === 1 && phrase.isKind(0, 'number') && phrase.isKind(phrase.length - 1, 'comment');
}

/** `admin'--`, `x')#`: ends the string, and comments the rest of the statement out. */
export function endsInComment(phrase: SqlPhrase): boolean {
  if (!phrase.isBroken) return false;
  const at = phrase.skip(0, ')', ';');
  if (!phrase.isKind(at, 'comment')) return false;
  if (/^[\w@.+%-]{1,64}$/.test(phrase.prefix)) return true;
  return (
    /^(?:--|#)[\s+-]*$/.test(phrase.text(at) ?? '') && (phrase.prefix !== '' || at > 0 || phrase.text(at) === '--')
  );
}

/** `1 order by 10`, `' group by 3--`, `' limit 1`, `' procedure analyse(`: goes on with a clause. */
export function addsClause(phrase: SqlPhrase): boolean {
  return phrase.some((at) => {
    const isEarly = at === 1 ? phrase.isKind(0, 'number', 'string') : phrase.isBroken && at === phrase.start;
    if (!isEarly) return false;
    if (phrase.is(at, 'order', 'group') && phrase.is(at + 1, 'by'))
      return phrase.isLiteral(at + 2) && (phrase.isEnd(at + 3) || phrase.is(at + 3, ',', 'asc', 'desc', 'having'));
    if (phrase.is(at, 'limit')) return phrase.isKind(at + 1, 'number') && phrase.isEnd(phrase.skip(at + 2, ','));
    return phrase.is(at, 'procedure') && phrase.is(at + 1, 'analyse') && phrase.is(at + 2, '(');
  });
}
