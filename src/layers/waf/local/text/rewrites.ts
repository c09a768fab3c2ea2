import type { ByteText } from './bytes.js';

/** A–Z alone. */
export function lowercase(text: ByteText): ByteText {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase()) : text;
}

/** `\f`, `\t`, `\n`, `\r`, `\v` and byte 160 become spaces, and several spaces one. */
export function compressWhiteSpace(text: ByteText): ByteText {
  return text.replace(/[ \f\t\n\r\v\xa0]+/g, ' ');
}

/** Disguises of shell commands taken away: `\ " ' ^` go, `,` and `;` are spaces, no space before `/` and `(`, lower case. */
export function commandLine(text: ByteText): ByteText {
  const bare = text.replace(/[\\"'^]/g, '').replace(/[,; ]+/g, ' ');
  return lowercase(bare.replace(/ +(?=[/(])/g, ''));
}

/** Without repeated slashes, `.` and such `..` as do not lead out. */
export function normalizePath(text: ByteText): ByteText {
  const rooted = text.startsWith('/');
  const kept: string[] = [];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (part !== '..' || !rooted) kept.push(part);
  }
  const closing = kept.length > 0 && /\/\.{0,2}$/.test(text) ? '/' : '';
  return `${rooted ? '/' : ''}${kept.join('/')}${closing}`;
}

/** As `normalizePath`, with backslashes taken for slashes. */
export function normalizePathWindows(text: ByteText): ByteText {
  return normalizePath(text.replaceAll('\\', '/'));
}

export function removeNulls(text: ByteText): ByteText {
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}

export function replaceNulls(text: ByteText): ByteText {
  return text.includes('\0') ? text.replaceAll('\0', ' ') : text;
}

/** Each C comment, even one that does not end, becomes a space. */
export function replaceComments(text: ByteText): ByteText {
  return text.includes('/*') ? text.replace(/\/\*.*?(?:\*\/|$)/gs, ' ') : text;
}
