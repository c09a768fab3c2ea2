/** One scheduled call, as the schedule's target sends it. */
export interface JobEvent {
  /** `shop/cleanup`: printable ASCII. */
  readonly job: string;
  /** Name of the ECS service to wake first. */
  readonly service: string | undefined;
  /** `http:` or `https:`. */
  readonly url: string;
  /** Answers 200 as soon as the job can be called. */
  readonly healthUrl: string | undefined;
  readonly method: Method;
  /** Whether the call needs the header that CloudFront sends. */
  readonly originVerify: boolean;
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof methods)[number];

/** @throws Error that names the part that is wrong */
export function readEvent(event: unknown): JobEvent {
  const parts = typeof event === 'object' && event !== null ? (event as Readonly<Record<string, unknown>>) : {};
  const job = textIn(parts, 'job') ?? wrong('job', 'missing');
  if (!/^[!-~]{1,256}$/.test(job)) wrong('job', 'not printable ASCII');
  const method =
    methods.find((each) => each === parts['method']) ?? wrong('method', `not one of ${methods.join(', ')}`);
  const { originVerify = false } = parts;
  return {
    job,
    service: textIn(parts, 'service'),
    url: urlIn(parts, 'url') ?? wrong('url', 'missing'),
    healthUrl: urlIn(parts, 'healthUrl'),
    method,
    originVerify: typeof originVerify === 'boolean' ? originVerify : wrong('originVerify', 'neither true nor false'),
  };
}

function textIn(parts: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = parts[key];
  if (value === undefined) return undefined;
  return typeof value === 'string' && value !== '' ? value : wrong(key, 'not a text');
}

function urlIn(parts: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const text = textIn(parts, key);
  if (text === undefined || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))) return text;
  return wrong(key, 'not an address with http or https');
}

function wrong(key: string, how: string): never {
  throw new Error(`The event is not a job: its "${key}" is ${how}.`);
}
