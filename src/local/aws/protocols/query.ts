import { header } from '../../http/headers.js';
import { bytes, isRecord, onWire, type Leaves, type Protocol } from '../wire.js';

const leaves: Leaves = {
  date: (value) => value.toISOString(),
  bytes: (value) => Buffer.from(value).toString('base64'),
};

/**
 * AWS Query, which STS speaks: a form each way in, XML out. Of the input only members that are no lists or structures are read: what the
 * local endpoint answers in this protocol takes no others.
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html (not re-read)
 */
export const query: Protocol = {
  speaks: ({ headers }) => header(headers, 'content-type')?.startsWith('application/x-www-form-urlencoded') === true,
  read({ body }) {
    const form = Object.fromEntries(new URLSearchParams(body.toString()));
    const { Action: operation = '', Version: _version, ...input } = form;
    return { operation, input };
  },
  write(output, { operation }, requestId) {
    const result = element(`${operation}Result`, xmlOf(onWire(output, leaves)));
    const metadata = element('ResponseMetadata', element('RequestId', requestId));
    return xml(200, element(`${operation}Response`, result + metadata));
  },
  fail({ code, message, status }, requestId) {
    const type = element('Type', status < 500 ? 'Sender' : 'Receiver');
    const error = element('Error', type + element('Code', escape(code)) + element('Message', escape(message)));
    return xml(status, element('ErrorResponse', error + element('RequestId', requestId)));
  },
};

const xml = (status: number, text: string) => bytes(status, 'text/xml', Buffer.from(text), []);
const element = (name: string, content: string): string => `<${name}>${content}</${name}>`;

function xmlOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => element('member', xmlOf(item))).join('');
  if (!isRecord(value)) return escape(String(value));
  return Object.entries(value)
    .map(([name, member]) => element(name, xmlOf(member)))
    .join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
