import { looksForSqlInjection } from '../detect/sql-injection.js';
import { looksForScript } from '../detect/cross-site-scripting.js';
import { compileComponent, looksAtBody } from '../request/components.js';
import type { FieldArgs, StatementArgs, TransformationArgs } from '../schema.js';
import { toBytes, type ByteText } from '../text/bytes.js';
import { compileTransformations } from '../text/transformations.js';
import { notLocal, type Compiler, type Statement } from './statement.js';

interface TextArgs {
  readonly field_to_match?: FieldArgs | undefined;
  readonly text_transformation: TransformationArgs;
}

/** Looks at each piece of a component, transformed. Pieces are made once a request for all statements that want the same. */
function overText(args: TextArgs, compiler: Compiler, holds: (text: ByteText) => boolean): Statement {
  const { field_to_match: field, text_transformation: steps } = args;
  const component = compileComponent(field);
  const transform = compileTransformations(steps);
  if (looksAtBody(field)) compiler.needsBody();
  const key = JSON.stringify([field, steps]);
  return (inspection) => {
    const parts = inspection.once(key, () => {
      const found = component(inspection);
      return typeof found === 'string' ? found : found.map(({ name, text }) => ({ name, text: transform(text) }));
    });
    if (typeof parts === 'string') return parts === 'match' ? 'a component that is too large' : undefined;
    return parts.find(({ text }) => holds(text))?.name;
  };
}

type Args<K extends keyof StatementArgs> = NonNullable<StatementArgs[K]>;

/** @see https://docs.aws.amazon.com/waf/latest/APIReference/API_ByteMatchStatement.html (not re-read) */
export function byteMatch(args: Args<'byte_match_statement'>, compiler: Compiler): Statement {
  const wanted = toBytes(args.search_string);
  switch (args.positional_constraint) {
    case 'CONTAINS':
      return overText(args, compiler, (text) => text.includes(wanted));
    case 'CONTAINS_WORD':
      return overText(args, compiler, (text) => containsWord(text, wanted));
    case 'STARTS_WITH':
      return overText(args, compiler, (text) => text.startsWith(wanted));
    case 'ENDS_WITH':
      return overText(args, compiler, (text) => text.endsWith(wanted));
    case 'EXACTLY':
      return overText(args, compiler, (text) => text === wanted);
  }
}

/** Neither letter, digit nor underscore stands before or after it. */
function containsWord(text: ByteText, word: ByteText): boolean {
  const isWord = (character: string | undefined) => character !== undefined && /\w/.test(character);
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isWord(text[at - 1]) && !isWord(text[at + word.length])) return true;
  }
  return false;
}

export function regexMatch(args: Args<'regex_match_statement'>, compiler: Compiler): Statement {
  const expression = regularExpression(args.regex_string);
  return overText(args, compiler, (text) => expression.test(text));
}

/** JavaScript has no `(?i)` at the beginning: it becomes a flag. */
function regularExpression(pattern: string): RegExp {
  const [, flags = '', rest = pattern] = /^\(\?([ims]+)\)(.*)$/s.exec(pattern) ?? [];
  try {
    return new RegExp(toBytes(rest), flags);
  } catch (cause) {
    throw notLocal(
      `The local plane cannot read the regular expression ${pattern} of a WAF rule: ${String(cause)}`,
      'Write it without what PCRE has and JavaScript has not.',
    );
  }
}

/** Sizes are those of the text after its transformations, in bytes. */
export function sizeConstraint(args: Args<'size_constraint_statement'>, compiler: Compiler): Statement {
  const { size } = args;
  const holds = {
    EQ: (length: number) => length === size,
    NE: (length: number) => length !== size,
    LE: (length: number) => length <= size,
    LT: (length: number) => length < size,
    GE: (length: number) => length >= size,
    GT: (length: number) => length > size,
  }[args.comparison_operator];
  return overText(args, compiler, ({ length }) => holds(length));
}

/** `HIGH` finds what the managed group calls extended patterns too. */
export function sqliMatch(args: Args<'sqli_match_statement'>, compiler: Compiler): Statement {
  const isHigh = args.sensitivity_level === 'HIGH';
  return overText(args, compiler, (text) => {
    const found = looksForSqlInjection(text);
    return found === 'injection' || (isHigh && found === 'extended');
  });
}

export function xssMatch(args: Args<'xss_match_statement'>, compiler: Compiler): Statement {
  return overText(args, compiler, looksForScript);
}
