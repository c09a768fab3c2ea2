import { LandfallErrors, messageOf, type Problem } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import { realWaiting, type Waiting } from '../../base/waiting.js';
import type { Manifest, ManifestEndpoint } from '../../stack/manifest.js';
import { verdictOf, type Attempt, type EndpointKind } from './answer.js';

export interface VerifyEndpoints {
  readonly manifest: Pick<Manifest, 'endpoints' | 'sites'>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Default: the machine's clock. */
  readonly waiting?: Waiting;
  /** Default: over the network. */
  readonly ask?: (url: string, signal: AbortSignal) => Promise<Attempt>;
  /** How long all of them may take together. Default: 600 seconds. */
  readonly limitSeconds?: number;
}

/** An address that answered as it should. */
export interface VerifiedEndpoint {
  readonly name: string;
  readonly url: string;
  readonly status: number;
}

const pauseMilliseconds = 5_000;

/**
 * Asks for every public address, through DNS and CloudFront, until each answers as it should.
 * @throws LandfallErrors `ENDPOINT_NOT_ANSWERING` for each that did not within the time, with what its last answer means
 */
export async function verifyEndpoints(request: VerifyEndpoints): Promise<readonly VerifiedEndpoint[]> {
  const { manifest, signal, waiting = realWaiting(signal), limitSeconds = 600 } = request;
  const until = waiting.now() + limitSeconds * 1_000;
  const ended = await Promise.all(
    manifest.endpoints.map((one) => verify(one, until, { ...request, waiting, limitSeconds })),
  );
  const [first, ...rest] = ended.flatMap((one) => ('problem' in one ? [one.problem] : []));
  if (first !== undefined) throw new LandfallErrors([first, ...rest]);
  return ended.flatMap((one) => ('problem' in one ? [] : [one]));
}

type Parts = VerifyEndpoints & Required<Pick<VerifyEndpoints, 'waiting' | 'limitSeconds'>>;

async function verify(
  { name, host }: ManifestEndpoint,
  until: number,
  { manifest, emit, signal, waiting, limitSeconds, ask = askOverNetwork }: Parts,
): Promise<VerifiedEndpoint | { readonly problem: Problem }> {
  const url = `https://${host}/`;
  const step = { type: 'step', id: `verify ${name}`, label: url } as const;
  const kind = kindOf(name, manifest);
  const started = waiting.now();
  emit({ ...step, status: 'started' });
  for (;;) {
    const attempt = await ask(url, signal);
    signal.throwIfAborted();
    const verdict = verdictOf(kind, attempt);
    if (verdict.good) {
      const status = attempt.status ?? 0;
      emit({ ...step, status: 'done', detail: String(status), milliseconds: waiting.now() - started });
      return { name, url, status };
    }
    if (waiting.now() + pauseMilliseconds > until) {
      emit({ ...step, status: 'failed', detail: verdict.meaning });
      return { problem: notAnswering(url, limitSeconds, verdict) };
    }
    emit({ ...step, status: 'progress', detail: verdict.meaning });
    await waiting.sleep(pauseMilliseconds);
  }
}

function kindOf(name: string, { sites }: VerifyEndpoints['manifest']): EndpointKind {
  if (name === 'api') return 'api';
  return sites.some(({ service }) => service === name) ? 'spa' : 'nextjs';
}

/** Asks once, for 15 seconds at most. Redirects are answers. */
async function askOverNetwork(url: string, signal: AbortSignal): Promise<Attempt> {
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(15_000)]),
      headers: { accept: 'text/html,*/*', 'user-agent': 'landfall' },
    });
    await answer.body?.cancel();
    return { status: answer.status, headers: Object.fromEntries(answer.headers) };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const { code } = cause as { readonly code?: unknown };
    return { code: typeof code === 'string' ? code : '', message: messageOf(cause) };
  }
}

const notAnswering = (
  url: string,
  limitSeconds: number,
  { meaning, fix }: { meaning: string; fix: string },
): Problem => ({
  code: 'ENDPOINT_NOT_ANSWERING',
  message: `${url} did not answer as it should within ${String(limitSeconds)} s: ${meaning}. What was to be deployed is deployed.`,
  fix,
  path: url,
});
