import type { SqlToken } from './sql-tokens.js';

/** Tokens with the questions that rules ask of them. */
export class SqlPhrase {
  /**
   * @param isBroken the tokens follow a quote that ends the string which the application puts the text into
   * @param prefix the text before that quote
   */
  constructor(
    readonly tokens: readonly SqlToken[],
    readonly isBroken: boolean,
    readonly prefix: string,
  ) {}

  get length(): number {
    return this.tokens.length;
  }

  text(at: number): string | undefined {
    return this.tokens[at]?.text;
  }

  is(at: number, ...texts: readonly string[]): boolean {
    const token = this.tokens[at];
    return token !== undefined && token.kind !== 'string' && token.kind !== 'comment' && texts.includes(token.text);
  }

  isKind(at: number, ...kinds: readonly SqlToken['kind'][]): boolean {
    const token = this.tokens[at];
    return token !== undefined && kinds.includes(token.kind);
  }

  /** A number, a string, or a word that is a value. */
  isLiteral(at: number): boolean {
    return this.isKind(at, 'number', 'string') || this.is(at, 'true', 'false', 'null');
  }

  /** Nothing more that the database would read. */
  isEnd(at: number): boolean {
    return at >= this.length || this.isKind(at, 'comment') || this.is(at, ';');
  }

  isCall(at: number, names: ReadonlySet<string>): boolean {
    return this.isKind(at, 'word') && names.has(this.text(at) ?? '') && this.is(at + 1, '(');
  }

  /** The first place from `at` on where none of these stands. */
  skip(at: number, ...texts: readonly string[]): number {
    let next = at;
    while (this.is(next, ...texts)) next += 1;
    return next;
  }

  /** Where the tokens after the broken string begin, closing brackets aside. */
  get start(): number {
    return this.skip(0, ')');
  }

  /** What stands before is a value: the end of the broken string, a literal or a bracket. */
  followsValue(at: number): boolean {
    if (at === 0 || (this.isBroken && at === this.start)) return true;
    return this.isLiteral(at - 1) || this.is(at - 1, ')');
  }

  /** Whether `holds` for some place. */
  some(holds: (at: number) => boolean): boolean {
    for (let at = 0; at < this.length; at += 1) if (holds(at)) return true;
    return false;
  }

  /** Whether one of these words stands somewhere from `at` on. */
  has(at: number, ...texts: readonly string[]): boolean {
    for (let next = at; next < this.length; next += 1) if (this.is(next, ...texts)) return true;
    return false;
  }
}
