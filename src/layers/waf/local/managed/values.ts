import type { Inspection, Part } from '../request/inspection.js';
import { shown } from '../request/inspection.js';
import type { ByteText } from '../text/bytes.js';
import { htmlEntityDecode, jsDecodeWhole } from '../text/escapes.js';
import { percentDecode, urlDecode, urlDecodeUni } from '../text/url.js';
import { bodyValues } from './body-values.js';

/** A value of a request in every form that an application may come to by decoding it; the first is decoded once. */
export interface Value {
  readonly name: string;
  readonly forms: readonly [ByteText, ...ByteText[]];
  /** Letters, digits, `-`, `_` and dots that do not lead up: no attack is written with them alone. */
  readonly isPlain: boolean;
}

/** What managed rules look at. Cut up and decoded once a request. */
export const values = {
  queryArguments: (inspection: Inspection) =>
    inspection.once('values of arguments', () =>
      inspection.queryArguments.map(({ key, value }) =>
        valueOf({ name: `query argument ${shown(key)}`, text: value }, urlDecode),
      ),
    ),
  queryString: (inspection: Inspection) =>
    inspection.once('values of the query', () =>
      inspection.query === undefined ? [] : [valueOf({ name: 'query string', text: inspection.query }, urlDecode)],
    ),
  path: (inspection: Inspection) =>
    inspection.once('values of the path', () => [valueOf({ name: 'path', text: inspection.path }, percentDecode)]),
  cookies: (inspection: Inspection) =>
    inspection.once('values of cookies', () =>
      inspection.cookies.map(({ key, value }) => valueOf({ name: `cookie ${shown(key)}`, text: value }, asSent)),
    ),
  /** All but cookies, which have rules of their own. */
  headers: (inspection: Inspection) =>
    inspection.once('values of headers', () =>
      inspection.request.headers
        .filter(([name]) => name.length !== 6 || name.toLowerCase() !== 'cookie')
        .map(([name, text]) => valueOf({ name: `header ${shown(name.toLowerCase())}`, text }, asSent)),
    ),
  body: (inspection: Inspection) =>
    inspection.once('values of the body', () =>
      inspection.body === undefined ? [] : bodyValues(inspection.body).map((part) => valueOf(part, asSent)),
    ),
} as const satisfies Record<string, (inspection: Inspection) => readonly Value[]>;

// A `%` of these need not be an escape: decoded ones are further forms.
const asSent = (text: ByteText): ByteText => text;

const plain = /^[\w-]*(?:\.[\w-]+)*$/;

function valueOf({ name, text }: Part, decode: (text: ByteText) => ByteText): Value {
  const once = decode(text);
  if (plain.test(once)) return { name, forms: [once], isPlain: true };
  return { name, forms: formsOf(once), isPlain: false };
}

/** Encoded up to three times, with HTML's and JavaScript's escapes, without null bytes. */
function formsOf(once: ByteText): readonly [ByteText, ...ByteText[]] {
  const forms: [ByteText, ...ByteText[]] = [once];
  let last = once;
  const add = (form: ByteText) => {
    if (form !== last) forms.push((last = form));
  };
  for (let round = 0; round < 2 && /%(?:u[0-9a-f]{4}|[0-9a-f]{2})/i.test(last); round += 1) add(urlDecodeUni(last));
  if (/&(?:#|lt|gt|quot|amp)/i.test(last)) add(htmlEntityDecode(last));
  if (/\\[ux]/.test(last)) add(jsDecodeWhole(last));
  if (last.includes('\0')) add(last.replaceAll('\0', ''));
  return forms;
}
