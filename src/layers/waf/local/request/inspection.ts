import type { HttpRequest } from '../../../../local/contract/http.js';
import { header } from '../../../../local/http/headers.js';
import type { ByteText } from '../text/bytes.js';
import type { BodyPrefix } from './body-prefix.js';

/** A named piece of a request, such as the value of the query argument `q`; as it was sent. */
export interface Part {
  /** What the trace says, such as `query argument q`. Holds no value. */
  readonly name: string;
  readonly text: ByteText;
}

/** A name and its value: a query argument, a cookie, a header. */
export interface Field {
  readonly key: ByteText;
  readonly value: ByteText;
}

/** What can be seen of a body. */
export interface SeenBody {
  readonly text: ByteText;
  /** Whether the body goes on after it. */
  readonly isCut: boolean;
  readonly contentType: string;
}

/** One request while its rules are evaluated: its components, taken apart when first asked for, and the labels it got so far. */
export class Inspection {
  readonly labels = new Set<string>();
  readonly path: ByteText;
  /** Undefined when the target has no `?`. */
  readonly query: ByteText | undefined;
  readonly body: SeenBody | undefined;
  readonly #memo = new Map<string, unknown>();

  constructor(
    readonly request: HttpRequest,
    prefix?: BodyPrefix,
  ) {
    const mark = request.target.indexOf('?');
    this.path = mark < 0 ? request.target : request.target.slice(0, mark);
    this.query = mark < 0 ? undefined : request.target.slice(mark + 1);
    if (prefix !== undefined && prefix.bytes.length > 0) {
      const contentType = (header(request.headers, 'content-type') ?? '').toLowerCase();
      this.body = { text: prefix.bytes.toString('latin1'), isCut: prefix.isCut, contentType };
    }
  }

  /** Arguments of the query, not decoded. One without `=` is a value without a name. */
  get queryArguments(): readonly Field[] {
    return this.once('queryArguments', () => (this.query === undefined ? [] : fieldsOf(this.query, '&')));
  }

  get cookies(): readonly Field[] {
    return this.once('cookies', () => {
      const lines = this.request.headers.filter(([name]) => name.length === 6 && name.toLowerCase() === 'cookie');
      return lines.flatMap(([, line]) => fieldsOf(line, ';'));
    });
  }

  /** The peer's address; IPv4 inside IPv6 is plain IPv4. */
  get address(): string {
    const { address } = this.request.peer;
    return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
  }

  /** What `make` answers, made once for this request. */
  once<T>(key: string, make: () => T): T {
    if (this.#memo.has(key)) return this.#memo.get(key) as T;
    const made = make();
    this.#memo.set(key, made);
    return made;
  }
}

/** `a=1&b=2` taken apart; empty pieces are left out. */
export function fieldsOf(text: ByteText, separator: '&' | ';'): readonly Field[] {
  return text.split(separator).flatMap((piece) => {
    const trimmed = separator === ';' ? piece.trim() : piece;
    if (trimmed === '') return [];
    const mark = trimmed.indexOf('=');
    if (mark < 0) return [{ key: '', value: trimmed }];
    return [{ key: trimmed.slice(0, mark), value: trimmed.slice(mark + 1) }];
  });
}

/** A name as the trace may show it: short, and printable. */
export const shown = (key: ByteText): string => key.replace(/[^\x20-\x7e]/g, '?').slice(0, 40);
