import { bytesOfCode, type ByteText } from './bytes.js';
import { narrow } from './url.js';

const entities: Readonly<Record<string, string>> = { quot: '"', nbsp: '\u00a0', lt: '<', gt: '>' };
const entity = /&(?:#[xX]0*([0-9a-fA-F]{1,6})|#0*(\d{1,7})|(quot|nbsp|lt|gt));?/g;

/** `&lt;`, `&#60;`, `&#x3c;` decoded; the semicolon may be missing, as browsers take it. */
export function htmlEntityDecode(text: ByteText): ByteText {
  if (!text.includes('&')) return text;
  return text.replace(entity, (_all, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return entities[name] ?? '';
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    return code < 0x100 ? String.fromCharCode(code) : bytesOfCode(code);
  });
}

const controls: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const javascript = /\\(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|([0-3]?[0-7]{1,2})|(.))/gs;

/** JavaScript's escapes decoded: `\u0061`, `\x61`, `\141`, `\n`. Of wide characters WAF keeps the lower byte; full-width ASCII becomes plain ASCII. */
export const jsDecode = (text: ByteText): ByteText => unescaped(text, narrow);

/** As `jsDecode`, with wide characters whole: no quote comes out of what holds none. */
export const jsDecodeWhole = (text: ByteText): ByteText =>
  unescaped(text, (code) => (code < 0x80 || code >= 0xff00 ? narrow(code) : bytesOfCode(code)));

function unescaped(text: ByteText, wide: (code: number) => ByteText): ByteText {
  if (!text.includes('\\')) return text;
  return text.replace(
    javascript,
    (_all, unicode?: string, point?: string, hex?: string, octal?: string, single?: string) => {
      if (unicode !== undefined) return wide(parseInt(unicode, 16));
      if (point !== undefined) return bytesOfCode(parseInt(point, 16));
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
      return controls[single ?? ''] ?? single ?? '';
    },
  );
}

const css = /\\(?:([0-9a-fA-F]{1,6})\s?|(\n)|(.))/gs;

/** CSS 2 escapes decoded: up to two bytes of a hexadecimal escape count; other characters lose their backslash. */
export function cssDecode(text: ByteText): ByteText {
  if (!text.includes('\\')) return text;
  return text.replace(css, (_all, hex?: string, newline?: string, other?: string) => {
    if (hex !== undefined) return narrow(parseInt(hex.slice(-4), 16));
    return newline === undefined ? (other ?? '') : '';
  });
}

const ansi = /\\(?:([abfnrtv])|([\\?'"])|x([0-9a-fA-F]{2})|([0-3]?[0-7]{1,2}))/g;

/** ANSI C escapes decoded; what is no valid escape stays. */
export function escapeSequenceDecode(text: ByteText): ByteText {
  if (!text.includes('\\')) return text;
  return text.replace(ansi, (_all, control?: string, mark?: string, hex?: string, octal?: string) => {
    if (control !== undefined) return controls[control] ?? '';
    return mark ?? String.fromCharCode(hex === undefined ? parseInt(octal ?? '0', 8) : parseInt(hex, 16));
  });
}
