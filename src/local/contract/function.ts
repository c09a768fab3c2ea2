/** A Lambda function that runs on the local plane. */
export interface LocalFunction {
  /** Its name on AWS, such as `shop-dev-wake-up`. */
  readonly name: string;
  readonly arn: string;
  /**
   * Invokes it with a JSON document.
   * @throws AwsError `TooManyRequestsException`, `RequestEntityTooLargeException`, `InvalidRequestContentException`
   */
  invoke(payload: Uint8Array, options?: InvokeOptions): Promise<InvokeResult>;
}

export interface InvokeOptions {
  /**
   * `RequestResponse`, the default, waits for the answer. `Event` answers at once; the function is then tried again as its configuration
   * says when it fails.
   */
  readonly type?: 'RequestResponse' | 'Event';
  /** Whether to answer the end of the log; default false. */
  readonly logTail?: boolean;
  /** The caller does not wait any longer; what runs goes on. */
  readonly signal?: AbortSignal;
}

export interface InvokeResult {
  /** 200, or 202 for an `Event`. */
  readonly status: 200 | 202;
  /** JSON: what the handler returned, or `{ errorType, errorMessage, trace }`. Empty for an `Event`. */
  readonly payload: Uint8Array;
  /** The function failed: `Unhandled` for what it threw, its time limit and its end. */
  readonly functionError?: 'Unhandled';
  /** The end of what it wrote for this invocation, at most 4 KB, when it was asked for. */
  readonly logTail: string;
}
