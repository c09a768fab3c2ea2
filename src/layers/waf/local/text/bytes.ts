/**
 * Text as WAF sees it: one character for each byte (Latin-1). Node gives headers and targets in this form; so positions and sizes are
 * bytes, and no encoding gets lost.
 */
export type ByteText = string;

/** Text of a rule, which is written in UTF-8, in the form of requests. */
export function toBytes(text: string): ByteText {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** One character as UTF-8. */
export function bytesOfCode(code: number): ByteText {
  if (code < 0x80) return String.fromCharCode(code);
  return code > 0x10_ffff ? '' : Buffer.from(String.fromCodePoint(code), 'utf8').toString('latin1');
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}
