import { createHash } from 'node:crypto';
import { bytesOfCode, type ByteText } from './bytes.js';

/** Decoded as far as it is valid Base64. */
export function base64Decode(text: ByteText): ByteText {
  const valid = /^[A-Za-z0-9+/]*={0,2}/.exec(text)?.[0] ?? '';
  return Buffer.from(valid, 'base64').toString('latin1');
}

/** Decoded without regard to characters that are not of the alphabet. */
export function base64DecodeForgiving(text: ByteText): ByteText {
  return Buffer.from(text.replace(/[^A-Za-z0-9+/]/g, ''), 'base64').toString('latin1');
}

/** `414243` as `ABC`; nothing of what is not hexadecimal. */
export function hexDecode(text: ByteText): ByteText {
  return Buffer.from(text, 'hex').toString('latin1');
}

/** `0x414243` as `ABC`, wherever it stands. */
export function sqlHexDecode(text: ByteText): ByteText {
  if (!/0x/i.test(text)) return text;
  return text.replace(/0x((?:[0-9a-f]{2})+)/gi, (_all, hex: string) => hexDecode(hex));
}

/** The digest's sixteen bytes. */
export function md5(text: ByteText): ByteText {
  return createHash('md5').update(text, 'latin1').digest().toString('latin1');
}

const utf8 = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;

/** Characters outside ASCII, which are UTF-8 in a request, as `%uHHHH`. */
export function utf8ToUnicode(text: ByteText): ByteText {
  return text.replace(utf8, (bytes) => {
    const code = Buffer.from(bytes, 'latin1').toString('utf8').codePointAt(0) ?? 0;
    return bytesOfCode(code) === bytes ? `%u${code.toString(16).padStart(4, '0')}` : bytes;
  });
}
