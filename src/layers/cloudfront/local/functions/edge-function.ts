import { LandfallError } from '../../../../base/errors.js';
import type { Clock } from '../../../../local/contract/clock.js';
import type { HttpRequest, HttpResponse } from '../../../../local/contract/http.js';
import type { EdgeNames } from '../origin-request.js';
import { eventRequest, eventResponse } from './event.js';
import type { EventType } from './restrictions.js';
import { changedRequest, changedResponse, generatedResponse, isResponse } from './returned.js';
import { Sandbox } from './sandbox.js';

/** Which distribution calls. */
export interface Caller extends EdgeNames {
  readonly distributionId: string;
}

/** A function that a behaviour calls. */
export interface EdgeFunction {
  /** The request to go on with, or an answer. @throws FunctionExecutionError, FunctionValidationError */
  viewerRequest(
    request: HttpRequest,
    caller: Caller,
  ): { readonly request: HttpRequest } | { readonly response: HttpResponse };
  /** @throws FunctionExecutionError, FunctionValidationError */
  viewerResponse(response: HttpResponse, request: HttpRequest, caller: Caller): HttpResponse;
}

/**
 * CloudFront's own limit is about a millisecond of its processor's time. Here the clock on the wall runs also while other programs have
 * the processor, for more than 100 ms on a busy machine: this ends endless loops alone.
 */
const timeoutMs = 2000;

const largestCode = 10_240;

/**
 * A function from the code of `aws_cloudfront_function`.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-functions (10 KB; not re-read)
 * @throws LandfallError `FUNCTION_INVALID`
 */
export function compileFunction(code: string, address: string, clock: Pick<Clock, 'now'>): EdgeFunction {
  if (Buffer.byteLength(code) > largestCode)
    throw invalid(address, 'is longer than 10 KB', 'Make the function shorter.');
  let sandbox: Sandbox;
  try {
    sandbox = new Sandbox(code, address, timeoutMs);
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw invalid(address, `cannot be loaded: ${words}`, 'The code must define function handler(event).', cause);
  }
  const call = (eventType: EventType, request: HttpRequest, caller: Caller, response?: HttpResponse): unknown =>
    sandbox.run(
      {
        version: '1.0',
        context: {
          distributionDomainName: caller.host,
          distributionId: caller.distributionId,
          eventType,
          requestId: caller.requestId,
        },
        viewer: { ip: request.peer.address },
        request: eventRequest(request),
        ...(response !== undefined && { response: eventResponse(response) }),
      },
      clock.now(),
      request.target.includes('?') ? request.target.slice(request.target.indexOf('?') + 1) : undefined,
    );
  return {
    viewerRequest(request, caller) {
      const returned = call('viewer-request', request, caller);
      return isResponse(returned)
        ? { response: generatedResponse(returned) }
        : { request: changedRequest(request, returned) };
    },
    viewerResponse: (response, request, caller) =>
      changedResponse(response, call('viewer-response', request, caller, response)),
  };
}

const invalid = (address: string, what: string, fix: string, cause?: unknown): LandfallError =>
  new LandfallError(
    { code: 'FUNCTION_INVALID', message: `The code of ${address} ${what}.`, fix, path: address },
    { cause },
  );
