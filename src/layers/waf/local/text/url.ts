import type { ByteText } from './bytes.js';

const encoded = /%([0-9a-fA-F]{2})/g;
const encodedOrUnicode = /%u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})/g;

/** URL-decoded once: `+` is a space; what is no valid escape stays. */
export function urlDecode(text: ByteText): ByteText {
  return percentDecode(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

/** URL-decoded once, with `+` as it is: for paths and for what was decoded before. */
export function percentDecode(text: ByteText): ByteText {
  if (!text.includes('%')) return text;
  return text.replace(encoded, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/**
 * As `urlDecode`, with Microsoft's `%uHHHH` too: full-width ASCII becomes plain ASCII, of others the lower byte stays.
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-transformation.html (read 2026-11-25)
 */
export function urlDecodeUni(text: ByteText): ByteText {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  return spaced.replace(encodedOrUnicode, (_all, wide: string | undefined, hex: string | undefined) =>
    wide === undefined ? String.fromCharCode(parseInt(hex ?? '', 16)) : narrow(parseInt(wide, 16)),
  );
}

/** The byte that a wide character stands for. */
export function narrow(code: number): ByteText {
  const ascii = code >= 0xff01 && code <= 0xff5e ? code - 0xfee0 : code & 0xff;
  return String.fromCharCode(ascii);
}
