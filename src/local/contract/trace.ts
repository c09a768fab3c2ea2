/** The story of one request: its hops, in the order they began. Ends when the response head is known. */
export interface Trace {
  readonly id: string;
  /** Opens a hop inside the current one. */
  hop(start: HopStart): Hop;
}

/** What a hop is. */
export interface HopStart {
  /** The room: `cloudfront`, `waf`, `alb`, `gateway`, `ecs`, `s3`. */
  readonly layer: string;
  /** The Terraform address that decides, such as `aws_lb_listener.https`. */
  readonly address: string;
  /** What a person reads, such as `ALB 443`. */
  readonly name: string;
}

/** An open hop. */
export interface Hop {
  /** Names a more exact decider than the one known at the start, such as the listener rule that matched. */
  decidedBy(address: string): void;
  /** Adds a fact, such as `note('rule', 'priority 10')`. Never a secret. */
  note(key: string, value: string | number | boolean): void;
  /** Closes the hop with the response status, or with why there was none. */
  end(outcome: number | string): void;
}

/** A finished hop, as `GET <trace>/<id>` shows it. Times in milliseconds from the start of the request. */
export interface HopRecord extends HopStart {
  readonly startMs: number;
  readonly durationMs: number;
  /** Time spent in this hop itself: its duration less that of the hops it called. */
  readonly ownMs: number;
  readonly outcome: number | string;
  readonly notes: Readonly<Record<string, string | number | boolean>>;
}

/** A whole trace, as `GET <trace>/<id>` shows it. */
export interface TraceRecord {
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  readonly method: string;
  readonly host: string;
  /** Path without the query, whose values may be secrets. */
  readonly path: string;
  readonly status: number | string;
  readonly durationMs: number;
  readonly hops: readonly HopRecord[];
}
