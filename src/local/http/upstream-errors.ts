import { UpstreamError } from '../contract/http.js';

type Reason = UpstreamError['reason'];

const REASONS: Readonly<Record<string, Reason>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EADDRNOTAVAIL: 'refused',
  ENOTFOUND: 'refused',
  EAI_AGAIN: 'refused',
  UND_ERR_CLOSED: 'refused',
  UND_ERR_DESTROYED: 'refused',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
};

/** Names why an upstream gave no (whole) response. What is not known to be the connection's fault is the protocol's. */
export function upstreamError(error: unknown, origin: string, signal: AbortSignal): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (signal.aborted)
    return new UpstreamError('aborted', `The client left before ${origin} had answered.`, { cause: error });
  const reason = reasonOf(error);
  const words = error instanceof Error && error.message !== '' ? error.message : String(error);
  return new UpstreamError(reason, `${origin} ${SAYS[reason]}: ${words}`, { cause: error });
}

const SAYS: Readonly<Record<Reason, string>> = {
  refused: 'cannot be reached',
  reset: 'closed the connection',
  timeout: 'did not answer in time',
  aborted: 'was not waited for',
  protocol: 'did not speak HTTP as expected',
};

function reasonOf(error: unknown): Reason {
  if (!(error instanceof Error)) return 'protocol';
  // undici has one code for all that ends a socket.
  if (error.message === 'bad response' || error.message === 'bad upgrade') return 'protocol';
  const code: unknown = Reflect.get(error, 'code');
  return (typeof code === 'string' ? REASONS[code] : undefined) ?? 'protocol';
}
