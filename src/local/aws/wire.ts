import type { AwsError } from '../contract/aws-api.js';
import type { HeaderPair, HttpRequest, HttpResponse } from '../contract/http.js';

/** A request whose body is read. */
export interface WireRequest extends Pick<HttpRequest, 'method' | 'target' | 'headers'> {
  /** Not compressed. */
  readonly body: Buffer;
}

/** What a request asks for. */
export interface WireCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** One way in which AWS's API is spoken. */
export interface Protocol {
  /** Whether a request speaks it. */
  speaks(request: WireRequest): boolean;
  /** Reads a request that speaks it. @throws AwsError `SerializationException` */
  read(request: WireRequest): WireCall;
  write(output: object, call: WireCall, requestId: string): HttpResponse;
  fail(error: AwsError, requestId: string): HttpResponse;
}

/** An answer of bytes. */
export function bytes(status: number, contentType: string, body: Buffer, more: readonly HeaderPair[]): HttpResponse {
  const headers: HeaderPair[] = [['Content-Type', contentType], ['Content-Length', String(body.length)], ...more];
  return { status, headers, body };
}

/** How moments and bytes look on the wire. */
export interface Leaves {
  date(value: Date): unknown;
  bytes(value: Uint8Array): unknown;
}

/** The value with its moments and bytes as the wire has them, and without what is undefined. */
export function onWire(value: unknown, leaves: Leaves): unknown {
  if (value instanceof Date) return leaves.date(value);
  if (value instanceof Uint8Array) return leaves.bytes(value);
  if (Array.isArray(value)) return value.map((item) => onWire(item, leaves));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, onWire(member, leaves)]));
}

/** An object, or nothing of the kind. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
