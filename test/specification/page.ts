import { marked, type Token, type Tokens } from 'marked';

/** One thing that the specification says. */
export interface Statement {
  /** Title of the section it stands in. */
  readonly section: string;
  readonly kind: 'sentence' | 'bullet' | 'step' | 'row' | 'line';
  /** As the page has it, with single spaces and without bold: a row's cells joined by ` | `, a diagram's line without its frame. */
  readonly text: string;
}

/**
 * Every sentence, bullet, numbered step, table row and line of a code block of a page, in its order. Left out are headings, header
 * rows, lines that are drawing alone, and the marks of admonitions.
 */
export function statementsOf(page: string): readonly Statement[] {
  const statements: Statement[] = [];
  let section = '';
  for (const token of marked.lexer(page)) {
    if (token.type === 'heading') section = textOf(token);
    else statements.push(...blockStatements(token, section));
  }
  return statements;
}

function blockStatements(token: Token, section: string): readonly Statement[] {
  switch (token.type) {
    case 'paragraph':
      return sentencesOf(textOf(token)).map((text) => ({ section, kind: 'sentence', text }));
    case 'list':
      return listStatements(token as Tokens.List, section);
    case 'table':
      return (token as Tokens.Table).rows.map((cells) => ({
        section,
        kind: 'row',
        text: single(cells.map(({ text }) => text).join(' | ')),
      }));
    case 'code':
      return linesOf(textOf(token)).map((text) => ({ section, kind: 'line', text }));
    case 'space':
      return [];
    default:
      throw new Error(`The specification has a block of type ${token.type}, which nothing reads.`);
  }
}

/** A list's items, each followed by those inside it. */
function listStatements(list: Tokens.List, section: string): readonly Statement[] {
  const kind = list.ordered ? 'step' : 'bullet';
  return list.items.flatMap((item) => {
    const inner = item.tokens.filter((token): token is Tokens.List => token.type === 'list');
    const own = item.tokens.filter(({ type }) => type === 'text').map(textOf);
    return [
      { section, kind, text: single(own.join(' ')) } as const,
      ...inner.flatMap((more) => listStatements(more, section)),
    ];
  });
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

function sentencesOf(paragraph: string): readonly string[] {
  const lines = paragraph.split('\n').filter((line) => !line.startsWith(':::'));
  const text = single(lines.join(' '));
  return [...segmenter.segment(text)].map(({ segment }) => single(segment)).filter((sentence) => sentence !== '');
}

/** Lines that name something; a frame of a box between two texts stays as `|`. */
function linesOf(code: string): readonly string[] {
  return code
    .split('\n')
    .map((line) => single(line.replaceAll(/(^|\s)(\|\s*)+/g, ' | ').replaceAll(/^[\s|]+|[\s|]+$/g, '')))
    .filter((line) => /[A-Za-z]{2}/.test(line));
}

const single = (text: string): string => text.replaceAll('**', '').replaceAll(/\s+/g, ' ').trim();
const textOf = (token: Token): string => ('text' in token && typeof token.text === 'string' ? token.text : '');
