/** @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html (read 2026-11-25) */
const hidden =
  /^(connection|expect|keep-alive|proxy-(authenticate|authorization|connection)|trailer|upgrade|x-accel-(buffering|charset|limit-rate|redirect)|x-amz-cf-.*|x-amzn-(auth|cf-billing|cf-id|cf-xff|errortype|fle-profile|header-count|header-order|lambda-integration-tag|requestid)|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip)$/;

const readOnly = {
  'viewer-request': new Set(['content-length', 'host', 'transfer-encoding', 'via']),
  'viewer-response': new Set(['warning', 'via']),
} as const;

export type EventType = keyof typeof readOnly;

/** Whether functions neither see nor may add a header. @param name in lower case */
export const isHidden = (name: string): boolean => hidden.test(name);

/** Whether functions may only read a header. */
export const isReadOnly = (name: string, event: EventType): boolean => readOnly[event].has(name);

/** What a function returned is not what it may return: 502. */
export class FunctionValidationError extends Error {}

/** A function threw, took too long, or returned nothing: 503. */
export class FunctionExecutionError extends Error {}
