import { Readable, type Duplex } from 'node:stream';
import type { Clock } from '../../../local/contract/clock.js';
import type { Target } from '../../../local/contract/context.js';
import { UpstreamError, type HeaderPair, type HttpRequest, type HttpResponse } from '../../../local/contract/http.js';
import type { Hop } from '../../../local/contract/trace.js';
import { ClientSilent, withReadTimeout } from '../../../local/http/read-timeout.js';
import type { Choice } from './forward.js';
import { isTooLarge } from './guard.js';
import type { LocalTargetGroup } from './local-target-group.js';
import type { Taken } from './member.js';
import { clientLeft, ownError } from './own-answers.js';
import { bindingCookies, boundTarget } from './stickiness.js';

/** One request that a rule forwards. */
export interface Errand {
  /** As it came. */
  readonly request: HttpRequest;
  /** As the target gets it. */
  readonly sent: () => HttpRequest;
  readonly hop: Hop;
  readonly clock: Clock;
  readonly choice: Choice;
  readonly idleTimeoutMs: number;
}

interface Found extends Taken {
  readonly group: LocalTargetGroup;
  readonly wasBound: boolean;
}

/** Sends it to a target of the chosen group. @returns the target's answer or, when there is none, the load balancer's own */
export async function forwardRequest(errand: Errand): Promise<HttpResponse> {
  const found = take(errand);
  if ('status' in found) return found;
  const { request, hop, clock, idleTimeoutMs } = errand;
  const inner = taskHop(request, found.target);
  let body: Readable | undefined;
  const cut = new Promise<never>((_, reject) =>
    found.onCut((error) => {
      reject(error);
      body?.destroy(error);
    }),
  );
  const asked = withReadTimeout(
    errand.sent(),
    idleTimeoutMs,
    clock,
    (sent) => found.target.handler.request(sent),
    'fail',
  );
  try {
    const response = await Promise.race([asked, cut]);
    if (isTooLarge(response.headers))
      throw new UpstreamError('protocol', 'The response’s header is larger than 32 KB.');
    inner.end(response.status);
    if (response.body instanceof Readable && !response.body.closed) {
      body = response.body.once('close', found.release);
    } else found.release();
    return withCookies(response, errand, found);
  } catch (error) {
    found.release();
    asked.then(dropBody, ignore);
    return failure(error, inner, hop);
  }
}

/** Lets a target take the connection over. @returns what to answer instead when none did; undefined when it is settled */
export async function forwardUpgrade(errand: Errand, socket: Duplex, head: Buffer): Promise<HttpResponse | undefined> {
  const found = take(errand);
  if ('status' in found) return found;
  const { request } = errand;
  if (socket.closed) found.release();
  else socket.once('close', found.release);
  found.onCut((error) => void socket.destroy(error));
  const inner = taskHop(request, found.target);
  try {
    await found.target.handler.upgrade(errand.sent(), socket, head);
    return undefined;
  } catch (error) {
    const response = failure(error, inner, errand.hop);
    return request.signal.aborted ? undefined : response;
  }
}

/** A target, or why there is none. */
function take({ choice: { group }, request, clock, hop }: Errand): Found | HttpResponse {
  if (group !== undefined) hop.note('target group', group.name);
  const { stickiness, protocolVersion = 'HTTP1' } = group?.settings ?? {};
  if (protocolVersion !== 'HTTP1' && request.httpVersion !== '2.0') {
    hop.note('refused', `the target group takes ${protocolVersion}`);
    return ownError(464);
  }
  const bound =
    group === undefined || stickiness === undefined
      ? undefined
      : boundTarget(stickiness, group.name, request.headers, clock.now());
  const taken = group?.take(bound);
  if (group !== undefined && taken !== undefined) return { ...taken, group, wasBound: bound !== undefined };
  hop.note('targets', 'none registered');
  return ownError(503);
}

function withCookies(response: HttpResponse, { choice, clock }: Errand, found: Found): HttpResponse {
  const { stickiness, name: group } = found.group.settings;
  const context = { group, target: found.target.id, wasBound: found.wasBound, now: clock.now() };
  const own: readonly HeaderPair[] =
    stickiness === undefined ? [] : bindingCookies(stickiness, context, response.headers);
  const added = [...choice.cookies, ...own];
  // Always another object: what a target passes on is no answer of this load balancer's own.
  return { ...response, headers: [...response.headers, ...added] };
}

function taskHop({ trace }: HttpRequest, target: Target): Hop {
  const isFunction = target.address.startsWith('aws_lambda_function.');
  const [layer, name] = isFunction ? ['lambda', 'function'] : ['ecs', 'task'];
  const hop = trace.hop({ layer, address: target.address, name });
  hop.note(name, target.id);
  return hop;
}

/** What the load balancer answers for a target that did not. */
function failure(error: unknown, inner: Hop, hop: Hop): HttpResponse {
  if (error instanceof ClientSilent) {
    inner.end('client silent');
    return ownError(408);
  }
  if (!(error instanceof UpstreamError)) throw error;
  inner.end(error.reason);
  if (error.reason !== 'aborted') return ownError(error.reason === 'timeout' ? 504 : 502);
  hop.note('client', 'closed the connection (460)');
  return clientLeft;
}

/** Of an answer that comes too late, or that is not passed on. */
function dropBody({ body }: HttpResponse): void {
  if (body instanceof Readable) body.destroy();
}

function ignore(): void {
  // It has been answered for already.
}
