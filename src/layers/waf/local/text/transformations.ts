import { LandfallError } from '../../../../base/errors.js';
import type { TransformationArgs } from '../schema.js';
import type { ByteText } from './bytes.js';
import { base64Decode, base64DecodeForgiving, hexDecode, md5, sqlHexDecode, utf8ToUnicode } from './encodings.js';
import { cssDecode, escapeSequenceDecode, htmlEntityDecode, jsDecode } from './escapes.js';
import {
  commandLine,
  compressWhiteSpace,
  lowercase,
  normalizePath,
  normalizePathWindows,
  removeNulls,
  replaceComments,
  replaceNulls,
} from './rewrites.js';
import { urlDecode, urlDecodeUni } from './url.js';

export type Transform = (text: ByteText) => ByteText;

/** Every one of WAF's. @see https://docs.aws.amazon.com/waf/latest/APIReference/API_TextTransformation.html (read 2026-11-25) */
const transformations: Readonly<Record<string, Transform>> = {
  NONE: (text) => text,
  BASE64_DECODE: base64Decode,
  BASE64_DECODE_EXT: base64DecodeForgiving,
  CMD_LINE: commandLine,
  COMPRESS_WHITE_SPACE: compressWhiteSpace,
  CSS_DECODE: cssDecode,
  ESCAPE_SEQ_DECODE: escapeSequenceDecode,
  HEX_DECODE: hexDecode,
  HTML_ENTITY_DECODE: htmlEntityDecode,
  JS_DECODE: jsDecode,
  LOWERCASE: lowercase,
  MD5: md5,
  NORMALIZE_PATH: normalizePath,
  NORMALIZE_PATH_WIN: normalizePathWindows,
  REMOVE_NULLS: removeNulls,
  REPLACE_COMMENTS: replaceComments,
  REPLACE_NULLS: replaceNulls,
  SQL_HEX_DECODE: sqlHexDecode,
  URL_DECODE: urlDecode,
  URL_DECODE_UNI: urlDecodeUni,
  UTF8_TO_UNICODE: utf8ToUnicode,
};

/** Several transformations as one, from the lowest priority to the highest. @throws LandfallError `WAF_NOT_LOCAL` */
export function compileTransformations(args: TransformationArgs): Transform {
  const steps = [...args]
    .sort((one, other) => one.priority - other.priority)
    .filter(({ type }) => type !== 'NONE')
    .map(({ type }) => transformationNamed(type));
  const [first, ...rest] = steps;
  if (first === undefined) return (text) => text;
  return rest.length === 0 ? first : (text) => steps.reduce((result, step) => step(result), text);
}

function transformationNamed(type: string): Transform {
  const found = transformations[type];
  if (found !== undefined) return found;
  throw new LandfallError({
    code: 'WAF_NOT_LOCAL',
    message: `The local plane does not know the text transformation ${type}.`,
    fix: `It knows ${Object.keys(transformations).join(', ')}.`,
  });
}
