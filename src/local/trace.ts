import { randomFillSync } from 'node:crypto';
import type { Clock } from './contract/clock.js';
import type { Hop, HopRecord, HopStart, Trace, TraceRecord } from './contract/trace.js';

/** What is known of a request when it arrives. A query in `path` is cut off: its values may be secrets. */
export interface TraceStart {
  readonly method: string;
  readonly host: string;
  readonly path: string;
}

export interface TraceStoreOptions {
  readonly clock: Clock;
  /** How many finished traces are kept; default 1000. */
  readonly limit?: number;
  /** Default: 20 random hexadecimal digits. */
  readonly newId?: () => string;
}

type Note = string | number | boolean;

class OpenHop implements Hop {
  readonly notes: Record<string, Note> = {};
  address: string;
  endedAt: number | undefined;
  outcome: number | string = 'open';

  constructor(
    private readonly trace: OpenTrace,
    readonly start: HopStart,
    readonly parent: OpenHop | undefined,
    readonly startedAt: number,
  ) {
    this.address = start.address;
  }

  decidedBy(address: string): void {
    this.address = address;
  }

  note(key: string, value: Note): void {
    this.notes[key] = value;
  }

  end(outcome: number | string): void {
    if (this.endedAt !== undefined) return;
    this.endedAt = this.trace.store.clock.monotonic();
    this.outcome = outcome;
    this.trace.left();
  }
}

/** A trace that the server which began it can finish. */
export class OpenTrace implements Trace {
  readonly startedAt: number;
  private readonly time: number;
  private readonly hops: OpenHop[] = [];
  private current: OpenHop | undefined;
  private status: number | string = 'open';
  private finishedAt: number | undefined;

  constructor(
    readonly store: TraceStore,
    readonly id: string,
    private readonly start: TraceStart,
  ) {
    this.startedAt = store.clock.monotonic();
    this.time = store.clock.now();
  }

  /** A hop opened after the trace is finished is not recorded. */
  hop(start: HopStart): Hop {
    const hop = new OpenHop(this, start, this.current, this.store.clock.monotonic());
    if (this.finishedAt !== undefined) return hop;
    this.hops.push(hop);
    this.current = hop;
    return hop;
  }

  /** Goes back to the innermost hop that is still open. */
  left(): void {
    while (this.current?.endedAt !== undefined) this.current = this.current.parent;
  }

  /** Ends the trace with the response status, or with why there was none. Hops still open end with it; only the first call counts. */
  finish(status: number | string): void {
    if (this.finishedAt !== undefined) return;
    while (this.current) this.current.end(status);
    this.finishedAt = this.store.clock.monotonic();
    this.status = status;
    this.store.keep(this);
  }

  record(): TraceRecord {
    const { method, host, path } = this.start;
    const query = path.indexOf('?');
    return {
      id: this.id,
      time: new Date(this.time).toISOString(),
      method,
      host,
      path: query < 0 ? path : path.slice(0, query),
      status: this.status,
      durationMs: microseconds((this.finishedAt ?? this.startedAt) - this.startedAt),
      hops: this.hopRecords(),
    };
  }

  private hopRecords(): HopRecord[] {
    const inner = new Map<OpenHop, number>();
    const duration = (hop: OpenHop): number => (hop.endedAt ?? hop.startedAt) - hop.startedAt;
    for (const hop of this.hops) if (hop.parent) inner.set(hop.parent, (inner.get(hop.parent) ?? 0) + duration(hop));
    return this.hops.map((hop) => ({
      layer: hop.start.layer,
      address: hop.address,
      name: hop.start.name,
      startMs: microseconds(hop.startedAt - this.startedAt),
      durationMs: microseconds(duration(hop)),
      ownMs: microseconds(Math.max(0, duration(hop) - (inner.get(hop) ?? 0))),
      outcome: hop.outcome,
      notes: { ...hop.notes },
    }));
  }
}

/** The latest finished traces. Records are built only when somebody asks. */
export class TraceStore {
  readonly clock: Clock;
  private readonly limit: number;
  private readonly newId: () => string;
  private readonly byId = new Map<string, OpenTrace>();
  private readonly listeners = new Set<(record: TraceRecord) => void>();

  constructor(options: TraceStoreOptions) {
    this.clock = options.clock;
    this.limit = options.limit ?? 1000;
    this.newId = options.newId ?? randomId;
  }

  begin(start: TraceStart): OpenTrace {
    return new OpenTrace(this, this.newId(), start);
  }

  get(id: string): TraceRecord | undefined {
    return this.byId.get(id)?.record();
  }

  /** The latest first. */
  list(limit = this.limit): TraceRecord[] {
    return [...this.byId.values()]
      .reverse()
      .slice(0, limit)
      .map((trace) => trace.record());
  }

  /** Calls `listener` with each trace as it finishes; the result stops that. */
  onFinished(listener: (record: TraceRecord) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** For `OpenTrace.finish` alone. */
  keep(trace: OpenTrace): void {
    this.byId.set(trace.id, trace);
    if (this.byId.size > this.limit) {
      const oldest = this.byId.keys().next();
      if (!oldest.done) this.byId.delete(oldest.value);
    }
    for (const listener of this.listeners) listener(trace.record());
  }
}

/** Finishes a trace of this plane; does nothing for any other `Trace`. */
export function finishTrace(trace: Trace, status: number | string): void {
  if (trace instanceof OpenTrace) trace.finish(status);
}

function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

const ID_BYTES = 10;
const pool = Buffer.alloc(ID_BYTES * 256);
let used = pool.length;

// One system call for 256 ids: this is on the way of every request.
function randomId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += ID_BYTES;
  return pool.toString('hex', used - ID_BYTES, used);
}
