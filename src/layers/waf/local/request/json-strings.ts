import { toBytes, type ByteText } from '../text/bytes.js';
import { jsDecodeWhole } from '../text/escapes.js';

/** Every string of a JSON text, keys too, decoded; also of one that is cut off or has mistakes. */
export function jsonStrings(text: ByteText): readonly ByteText[] {
  const strings: ByteText[] = [];
  let at = text.indexOf('"');
  while (at >= 0) {
    const end = closingQuote(text, at + 1);
    const inside = text.slice(at + 1, end);
    if (inside !== '') strings.push(inside.includes('\\') ? decoded(inside) : inside);
    at = text.indexOf('"', end + 1);
  }
  return strings;
}

function closingQuote(text: ByteText, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x22) return at;
  }
  return text.length;
}

function decoded(inside: ByteText): ByteText {
  try {
    return toBytes(JSON.parse(`"${Buffer.from(inside, 'latin1').toString('utf8')}"`) as string);
  } catch {
    return jsDecodeWhole(inside);
  }
}
