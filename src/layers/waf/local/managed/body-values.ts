import type { Part, SeenBody } from '../request/inspection.js';
import { fieldsOf, shown } from '../request/inspection.js';
import { jsonStrings } from '../request/json-strings.js';
import type { ByteText } from '../text/bytes.js';
import { urlDecode } from '../text/url.js';

/**
 * The values of a body: a form's fields, the strings of JSON, the fields and file names of a multipart form; other text as a whole.
 * Contents of files and binary bodies have none.
 */
export function bodyValues({ text, contentType }: SeenBody): readonly Part[] {
  if (contentType.includes('json') || (contentType === '' && /^\s*[[{]/.test(text)))
    return jsonStrings(text).map((value) => ({ name: 'body', text: value }));
  if (contentType.startsWith('multipart/')) return multipartValues(text, contentType);
  if (isForm(text, contentType)) {
    const named = (key: ByteText) => `body field ${shown(urlDecode(key))}`;
    return fieldsOf(text, '&').map(({ key, value }) => ({ name: named(key), text: urlDecode(value) }));
  }
  return isBinary(text) ? [] : [{ name: 'body', text }];
}

const isForm = (text: ByteText, contentType: string): boolean =>
  contentType.startsWith('application/x-www-form-urlencoded') ||
  (contentType === '' && /^[\w.%[\]-]+=[^\s]*$/.test(text));

const isBinary = (text: ByteText): boolean => /[\x00-\x08\x0e-\x1f]/.test(text.slice(0, 1024));

function multipartValues(text: ByteText, contentType: string): readonly Part[] {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  // The content type is in lower case; boundaries are not.
  const start = text.indexOf('--');
  const line = text.slice(start, text.indexOf('\n', start)).trim();
  if (boundary === undefined || line === '') return isBinary(text) ? [] : [{ name: 'body', text }];
  return text.split(line).flatMap(partValues);
}

function partValues(part: ByteText): readonly Part[] {
  const end = /\r?\n\r?\n/.exec(part);
  if (end === null) return [];
  const head = part.slice(0, end.index);
  const content = part.slice(end.index + end[0].length).replace(/\r?\n$/, '');
  const name = `body field ${shown(/\bname="([^"]*)"/i.exec(head)?.[1] ?? '')}`;
  const file = /\bfilename\*?="?([^"\r\n]*)/i.exec(head)?.[1];
  if (file !== undefined) return [{ name: `${name} (file name)`, text: file }];
  return isBinary(content) ? [] : [{ name, text: content }];
}
