import type { Clock } from '../../../local/contract/clock.js';
import type { Target, TargetGroup, TargetHealth } from '../../../local/contract/context.js';
import { probe } from './probe.js';

export interface TargetGroupSettings {
  readonly name: string;
  readonly deregistrationDelayMs: number;
  /** Without checks every target counts as healthy. */
  readonly checked: boolean;
  readonly path: string;
  readonly matcher: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

/** Milliseconds between checks of a target that was never healthy: a deploy waits for it. */
const initialIntervalMs = 100;

interface Member {
  readonly target: Target;
  health: TargetHealth;
  /** Consecutive checks that said otherwise than `health`. */
  streak: number;
  inFlight: number;
  /** Ends its next check. */
  cancel: () => void;
  /** Told when the last request in flight has ended. */
  idle: () => void;
}

/** A target that was taken for one request; `release` says, once or more, that the request has ended. */
export interface Taken {
  readonly target: Target;
  readonly release: () => void;
}

const nothing = () => undefined;

/** A target group while the plane runs: members, their health, and who is next. */
export class LocalTargetGroup implements TargetGroup {
  readonly #members = new Map<string, Member>();
  readonly #waiting = new Set<() => void>();
  #next = 0;
  #usable: readonly Member[] = [];

  constructor(
    public settings: TargetGroupSettings,
    private readonly clock: Clock,
  ) {}

  get name(): string {
    return this.settings.name;
  }

  register(target: Target): void {
    this.#members.get(target.id)?.cancel();
    const health = this.settings.checked ? 'initial' : 'healthy';
    const member: Member = { target, health, streak: 0, inFlight: 0, cancel: nothing, idle: nothing };
    this.#members.set(target.id, member);
    this.#changed();
    if (this.settings.checked) this.#checkAfter(member, 0);
  }

  async deregister(id: string): Promise<void> {
    const member = this.#members.get(id);
    if (member === undefined) return;
    member.health = 'draining';
    member.cancel();
    this.#changed();
    await this.#drained(member);
    if (this.#members.get(id) === member) this.#members.delete(id);
  }

  #drained(member: Member): Promise<void> {
    if (member.inFlight === 0) return Promise.resolve();
    const { idle } = member;
    return new Promise((resolve) => {
      const cancel = this.clock.after(this.settings.deregistrationDelayMs, resolve);
      member.idle = () => {
        idle();
        cancel();
        resolve();
      };
    });
  }

  health(id: string): TargetHealth | undefined {
    return this.#members.get(id)?.health;
  }

  healthy(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.health(id) === 'healthy') done(resolve);
      };
      const leave = () => done(() => reject(new Error(`Target ${id} did not become healthy.`)));
      const done = (then: () => void) => {
        this.#waiting.delete(look);
        signal.removeEventListener('abort', leave);
        then();
      };
      this.#waiting.add(look);
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
      else look();
    });
  }

  /**
   * Takes the next target in turn.
   * @returns undefined when none is registered
   */
  take(): Taken | undefined {
    const member = this.#usable[this.#next % this.#usable.length];
    if (member === undefined) return undefined;
    this.#next = (this.#next + 1) % this.#usable.length;
    member.inFlight += 1;
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      member.inFlight -= 1;
      if (member.inFlight === 0) member.idle();
    };
    return { target: member.target, release };
  }

  /** Ends the health checks. */
  close(): void {
    for (const member of this.#members.values()) member.cancel();
    this.#members.clear();
    this.#changed();
  }

  /**
   * Healthy targets take turns; when none is, all do (fail open).
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html (read 2026-11-23)
   */
  #changed(): void {
    const registered = [...this.#members.values()].filter(({ health }) => health !== 'draining');
    const healthy = registered.filter(({ health }) => health === 'healthy');
    this.#usable = healthy.length > 0 ? healthy : registered;
    for (const look of [...this.#waiting]) look();
  }

  #checkAfter(member: Member, milliseconds: number): void {
    member.cancel = this.clock.after(milliseconds, () => void this.#check(member));
  }

  async #check(member: Member): Promise<void> {
    const { path, matcher, timeoutMs } = this.settings;
    const started = this.clock.monotonic();
    const ok = await probe(member.target.healthHandler, { path, matcher, timeoutMs, clock: this.clock });
    if (this.#members.get(member.target.id) !== member || member.health === 'draining') return;
    this.#judge(member, ok);
    const wait = member.health === 'initial' ? initialIntervalMs : this.settings.intervalMs;
    this.#checkAfter(member, Math.max(0, wait - (this.clock.monotonic() - started)));
  }

  #judge(member: Member, ok: boolean): void {
    if (member.health === 'initial') {
      if (ok) this.#become(member, 'healthy');
      return;
    }
    const { healthyThreshold, unhealthyThreshold } = this.settings;
    member.streak = ok === (member.health === 'healthy') ? 0 : member.streak + 1;
    if (member.health === 'healthy' && member.streak >= unhealthyThreshold) this.#become(member, 'unhealthy');
    else if (member.health === 'unhealthy' && member.streak >= healthyThreshold) this.#become(member, 'healthy');
  }

  #become(member: Member, health: TargetHealth): void {
    member.health = health;
    member.streak = 0;
    this.#changed();
  }
}
