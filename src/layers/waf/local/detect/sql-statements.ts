import type { SqlPhrase } from './sql-phrase.js';

/** `union select 1,2`, `union all select null`, `' union select name, pin from users`. */
export function addsUnion(phrase: SqlPhrase): boolean {
  return phrase.some((at) => {
    if (!phrase.is(at, 'union')) return false;
    const select = phrase.skip(at + 1, 'all', 'distinct', '(');
    return phrase.is(select, 'select') && isSelectList(phrase, phrase.skip(select + 1, '(', 'distinct', 'all'), at);
  });
}

/** In prose, “union select” goes on with plain words. */
function isSelectList(phrase: SqlPhrase, item: number, union: number): boolean {
  if (phrase.isKind(item, 'string', 'variable') || phrase.is(item, '*', 'null', 'case')) return true;
  const isValue = phrase.followsValue(union);
  if (phrase.isKind(item, 'number')) return isValue || phrase.isEnd(item + 1) || phrase.is(item + 1, ',', 'from', ')');
  if (!phrase.isKind(item, 'word')) return false;
  return phrase.is(item + 1, '(') || (isValue && (phrase.is(item + 1, ',', 'from') || phrase.isEnd(item + 1)));
}

const objects = ['table', 'database', 'schema', 'view', 'index', 'user', 'role', 'function', 'procedure', 'trigger'];

/** `1; drop table users`, `x'; exec xp_cmdshell`: a second statement. */
export function stacksStatement(phrase: SqlPhrase): boolean {
  return phrase.some((at) => phrase.is(at, ';') && phrase.followsValue(at) && isStatement(phrase, at + 1));
}

function isStatement(phrase: SqlPhrase, at: number): boolean {
  const isName = phrase.isKind(at + 1, 'word');
  switch (phrase.text(at)) {
    case 'drop':
    case 'create':
    case 'alter':
    case 'truncate':
      return phrase.is(at + 1, ...objects);
    case 'insert':
      return phrase.is(at + 1, 'into') && phrase.isKind(at + 2, 'word');
    case 'delete':
      return phrase.is(at + 1, 'from') && phrase.isKind(at + 2, 'word');
    case 'update':
      return isName && phrase.is(at + 2, 'set');
    case 'exec':
    case 'execute':
    case 'call':
    case 'copy':
      return isName || phrase.isKind(at + 1, 'variable') || phrase.is(at + 1, '(');
    case 'declare':
    case 'set':
      return phrase.isKind(at + 1, 'variable');
    case 'select':
      return phrase.has(at + 1, 'from', '(', '*') || phrase.isLiteral(at + 1);
    case 'waitfor':
      return phrase.is(at + 1, 'delay', 'time');
    case 'shutdown':
      return phrase.isEnd(at + 1) || phrase.is(at + 1, 'with');
    default:
      return false;
  }
}

const before = [
  '=',
  '<',
  '>',
  '<>',
  '!=',
  '<=',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '||',
  '&&',
  '|',
  '^',
  'or',
  'and',
  'in',
  'exists',
  'not',
  'rlike',
  'regexp',
  'like',
  'xor',
  'when',
  'from',
  'select',
] as const;

/** `1=(select …)`, `'||(select …)||'`, `and (select count(*) from t)>0`: a query inside. */
export function embedsQuery(phrase: SqlPhrase): boolean {
  return phrase.some((at) => {
    if (!phrase.is(at, '(') || !phrase.is(at + 1, 'select')) return false;
    const item = phrase.skip(at + 2, '(', 'distinct');
    const isStrong =
      phrase.isLiteral(item) || phrase.is(item, '*') || phrase.isKind(item, 'variable') || phrase.is(item + 1, '(');
    const opener = openerOf(phrase, at);
    if (opener < 0) return isStrong && (phrase.isBroken || phrase.has(item, 'from'));
    const isOperand = phrase.is(opener, ...before) || phrase.is(opener, ',') || opener + 1 < at;
    return isOperand && (isStrong || phrase.has(item, 'from'));
  });
}

/** The token before all the brackets that stand at `at`. */
function openerOf(phrase: SqlPhrase, at: number): number {
  let opener = at - 1;
  while (phrase.is(opener, '(')) opener -= 1;
  return opener;
}
