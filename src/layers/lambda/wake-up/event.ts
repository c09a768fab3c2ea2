/** What was asked cannot be understood; the message says why and repeats nothing that was sent. */
export class EventError extends Error {
  override readonly name = 'EventError';
}

/** What EventBridge Scheduler sends. */
export interface ScheduledEvent {
  readonly action: 'wake' | 'sleep';
  /** Names of the services that it is about; all when left out. */
  readonly services: readonly string[] | undefined;
}

/** @throws EventError */
export function readScheduled(event: unknown): ScheduledEvent {
  const action = at(event, 'action');
  if (action === 'wake' || action === 'sleep') return { action, services: readNames(at(event, 'services')) };
  throw new EventError('The event is neither a load balancer’s request nor { "action": "wake" | "sleep" }.');
}

/**
 * Whether a load balancer sent it: what its clients send never stands beside `requestContext`.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html (read 2026-11-25)
 */
export const isFromLoadBalancer = (event: unknown): boolean => at(at(event, 'requestContext'), 'elb') !== undefined;

/** The header `x-wake-token` of a load balancer's request, whose header names are in lower case. */
export function tokenOf(request: unknown): string | undefined {
  const token = at(at(request, 'headers'), 'x-wake-token');
  return typeof token === 'string' && token !== '' ? token : undefined;
}

/**
 * The services that a load balancer's request is about, `?services=a,b` or `{ "services": ["a", "b"] }`; all when left out.
 * @throws EventError
 */
export function servicesOf(request: unknown): readonly string[] | undefined {
  // The load balancer leaves the query as the client encoded it (not re-read); a name holds nothing that decoding could change.
  const query = at(at(request, 'queryStringParameters'), 'services');
  if (typeof query === 'string') return readNames(decode(query).split(','));
  const body = at(request, 'body');
  if (typeof body !== 'string' || body === '') return undefined;
  const text = at(request, 'isBase64Encoded') === true ? Buffer.from(body, 'base64').toString() : body;
  return readNames(at(parse(text), 'services'));
}

function readNames(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0 || !value.every(isName)) {
    throw new EventError('"services" is not a list of names of ECS services.');
  }
  return [...new Set(value)];
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html (not re-read) */
const isName = (value: unknown): value is string => typeof value === 'string' && /^[\w-]{1,255}$/.test(value);

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new EventError('The query cannot be decoded.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new EventError('The body is not JSON.');
  }
}
