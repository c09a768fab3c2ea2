import { LandfallError } from '../../../../base/errors.js';
import type { FieldArgs } from '../schema.js';
import type { ByteText } from '../text/bytes.js';
import { tooLarge, type Component, type Handling } from './component.js';
import { shown, type Field, type Part } from './inspection.js';
import { jsonParts } from './json-component.js';

/** WAF gets no more of headers and of cookies. @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-oversize-request-components.html (read 2026-11-25) */
const limits = { bytes: 8192, count: 200 };

/** A `field_to_match` as a function. @throws LandfallError `WAF_NOT_LOCAL` */
export function compileComponent(field: FieldArgs | undefined): Component {
  if (field?.uri_path) return ({ path }) => [{ name: 'path', text: path }];
  if (field?.query_string) return ({ query }) => present('query string', query);
  if (field?.method) return ({ request }) => [{ name: 'method', text: request.method }];
  if (field?.single_header) return singleHeader(field.single_header.name);
  if (field?.single_query_argument) return queryArguments(field.single_query_argument.name);
  if (field?.all_query_arguments) return queryArguments();
  if (field?.headers) return headers(field.headers);
  if (field?.cookies) return cookies(field.cookies);
  if (field?.header_order) return headerOrder;
  if (field?.body) return body(field.body.oversize_handling);
  if (field?.json_body) return jsonParts(field.json_body);
  throw new LandfallError({
    code: 'WAF_NOT_LOCAL',
    message: 'A WAF statement has no field_to_match that the local plane knows.',
    fix: 'Look at a part of the request such as uri_path, query_string, single_header or body.',
  });
}

/** Whether a component needs the body. */
export const looksAtBody = (field: FieldArgs | undefined): boolean =>
  field?.body !== undefined || field?.json_body !== undefined;

const present = (name: string, text: ByteText | undefined): readonly Part[] =>
  text === undefined ? [] : [{ name, text }];

// Upper and lower case of the names of headers and arguments do not differ.
function singleHeader(name: string): Component {
  const wanted = name.toLowerCase();
  return ({ request }) =>
    request.headers
      .filter(([key]) => key.length === wanted.length && key.toLowerCase() === wanted)
      .map(([, text]) => ({ name: `header ${wanted}`, text }));
}

function queryArguments(name?: string): Component {
  const wanted = name?.toLowerCase();
  return (inspection) =>
    inspection.queryArguments
      .filter(({ key }) => wanted === undefined || key.toLowerCase() === wanted)
      .map(({ key, value }) => ({ name: `query argument ${shown(key)}`, text: value }));
}

function headers({ match_pattern: pattern, match_scope: scope, oversize_handling: handling }: Headers): Component {
  const isWanted = chosen(pattern?.included_headers, pattern?.excluded_headers, (name) => name.toLowerCase());
  return ({ request }) => {
    const all = request.headers.map(([key, value]) => ({ key, value }));
    return limited(all, handling, (kept) => partsOf(kept, 'header', scope, isWanted));
  };
}

function cookies({ match_pattern: pattern, match_scope: scope, oversize_handling: handling }: Cookies): Component {
  const isWanted = chosen(pattern?.included_cookies, pattern?.excluded_cookies, (name) => name);
  return (inspection) => limited(inspection.cookies, handling, (kept) => partsOf(kept, 'cookie', scope, isWanted));
}

const headerOrder: Component = ({ request }) => [
  { name: 'header order', text: request.headers.map(([key]) => key.toLowerCase()).join(':') },
];

function body(handling: Handling): Component {
  return ({ body: seen }) => {
    if (seen === undefined) return [];
    const parts = [{ name: 'body', text: seen.text }];
    return seen.isCut ? (tooLarge(handling) ?? parts) : parts;
  };
}

type Headers = NonNullable<FieldArgs['headers']>;
type Cookies = NonNullable<FieldArgs['cookies']>;

function limited(
  fields: readonly Field[],
  handling: Handling,
  look: (kept: readonly Field[]) => readonly Part[],
): ReturnType<Component> {
  let bytes = 0;
  const over = fields.findIndex(({ key, value }, index) => {
    bytes += key.length + value.length;
    return bytes > limits.bytes || index >= limits.count;
  });
  return over < 0 ? look(fields) : (tooLarge(handling) ?? look(fields.slice(0, over)));
}

function chosen(
  included: readonly string[] = [],
  excluded: readonly string[] = [],
  spelling: (name: string) => string,
): (name: string) => boolean {
  const [wanted, unwanted] = [new Set(included.map(spelling)), new Set(excluded.map(spelling))];
  if (wanted.size > 0) return (name) => wanted.has(spelling(name));
  return unwanted.size > 0 ? (name) => !unwanted.has(spelling(name)) : () => true;
}

function partsOf(
  fields: readonly Field[],
  kind: 'header' | 'cookie',
  scope: 'ALL' | 'KEY' | 'VALUE',
  isWanted: (name: string) => boolean,
): readonly Part[] {
  const parts: Part[] = [];
  for (const { key, value } of fields) {
    if (!isWanted(key)) continue;
    const name = `${kind} ${shown(key.toLowerCase())}`;
    if (scope !== 'VALUE') parts.push({ name, text: key });
    if (scope !== 'KEY') parts.push({ name, text: value });
  }
  return parts;
}
