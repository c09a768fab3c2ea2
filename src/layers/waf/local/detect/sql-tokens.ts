import type { ByteText } from '../text/bytes.js';

/** One token of SQL. */
export interface SqlToken {
  readonly kind: 'string' | 'number' | 'word' | 'variable' | 'operator' | 'punctuation' | 'comment';
  /** In lower case. Of a string and of a comment, what is inside. */
  readonly text: string;
  /** It begins a MySQL comment that holds code for one version (with `!50000`): nobody writes such by chance. */
  readonly isConditional?: boolean;
}

/** More is not looked at. */
const maxTokens = 4000;

const space = /[\s\0\xa0]+/y;
const number = /0x[0-9a-f]+|0b[01]+|\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+/iy;
const word = /[a-z_\x80-\xff`$[][\w$.\x80-\xff`\]]*/iy;
const variable = /@{1,2}[\w$.`]*/y;
const operator = /<=>|<>|!=|<=|>=|==|:=|\|\||&&|<<|>>|[=<>!|&^~%*/+\-?:\\]/y;

/** What a database would read, when the text stood outside of any string. Comments in the middle are left out, as databases do. */
export function sqlTokens(text: ByteText): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  let isConditional = false;
  let at = 0;
  while (at < text.length && tokens.length < maxTokens) {
    const step = scanString(text, at) ?? scanComment(text, at) ?? scanRest(text, at);
    at = step.end;
    if (step.token !== undefined) {
      tokens.push(isConditional ? { ...step.token, isConditional } : step.token);
      isConditional = false;
    }
    if (step.opensVersion === true) isConditional = true;
  }
  return tokens;
}

interface Step {
  readonly end: number;
  readonly token?: SqlToken;
  readonly opensVersion?: true;
}

function scanString(text: ByteText, at: number): Step | undefined {
  const quote = text.charAt(at);
  if (quote !== "'" && quote !== '"') return undefined;
  const end = endOfString(text, at + 1, quote);
  return { end: end + 1, token: tokenOf('string', text.slice(at + 1, end)) };
}

function scanComment(text: ByteText, at: number): Step | undefined {
  const character = text.charAt(at);
  if (character === '#' || (character === '-' && text.charAt(at + 1) === '-')) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    return { end: end + 1, token: tokenOf('comment', text.slice(at, end)) };
  }
  if (character === '*' && text.charAt(at + 1) === '/') return { end: at + 2 };
  if (character !== '/' || text.charAt(at + 1) !== '*') return undefined;
  if (/^\/\*!\d{5}/.test(text.slice(at, at + 8))) return { end: at + 8, opensVersion: true };
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? { end: text.length, token: tokenOf('comment', text.slice(at)) } : { end: end + 2 };
}

const kinds = [
  ['number', number],
  ['variable', variable],
  ['word', word],
  ['operator', operator],
  ['punctuation', /[(),;]/y],
] as const;

function scanRest(text: ByteText, at: number): Step {
  const blank = found(space, text, at);
  if (blank !== undefined) return { end: at + blank.length };
  for (const [kind, expression] of kinds) {
    const content = found(expression, text, at);
    if (content !== undefined) return { end: at + content.length, token: tokenOf(kind, content) };
  }
  return { end: at + 1 };
}

function found(expression: RegExp, text: ByteText, at: number): string | undefined {
  expression.lastIndex = at;
  return expression.exec(text)?.[0];
}

function tokenOf(kind: SqlToken['kind'], content: string): SqlToken {
  const text = content.toLowerCase();
  return { kind, text: kind === 'word' ? text.replace(/[`[\]]/g, '') : text };
}

/** Doubled quotes and backslashes do not end it; nor need it end. */
function endOfString(text: ByteText, from: number, quote: string): number {
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') at += 1;
    else if (character === quote) {
      if (text.charAt(at + 1) !== quote) return at;
      at += 1;
    }
  }
  return text.length;
}
