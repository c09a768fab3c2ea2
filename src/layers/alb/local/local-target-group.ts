import type { Clock } from '../../../local/contract/clock.js';
import type { Target, TargetGroup, TargetHealth } from '../../../local/contract/context.js';
import { UpstreamError } from '../../../local/contract/http.js';
import { judge, newMember, takenFrom, type Member, type Taken, type Thresholds } from './member.js';
import { probe } from './probe.js';
import { Routing, type Algorithm } from './routing.js';
import type { Stickiness } from './stickiness.js';

export interface TargetGroupSettings extends Thresholds {
  readonly name: string;
  readonly deregistrationDelayMs: number;
  /** Without checks every target counts as healthy. */
  readonly checked: boolean;
  readonly path: string;
  readonly matcher: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Default round robin. */
  readonly algorithm?: Algorithm;
  /** How long a target that becomes healthy gets a growing share; default 0. */
  readonly slowStartMs?: number;
  readonly stickiness?: Stickiness | undefined;
  readonly protocolVersion?: 'HTTP1' | 'HTTP2' | 'GRPC';
}

/** Milliseconds between checks of a target that was never healthy: a deploy waits for it. */
const initialIntervalMs = 100;

/** A target group while the plane runs: members, their health, and who is next. */
export class LocalTargetGroup implements TargetGroup {
  readonly #members = new Map<string, Member>();
  readonly #waiting = new Set<() => void>();
  readonly #routing = new Routing<Member>();
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
    const member = newMember(target, health, this.#hasFullShare());
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
      const cancel = this.clock.after(this.settings.deregistrationDelayMs, () => {
        const over = new UpstreamError('reset', 'The deregistration delay is over.');
        for (const cut of member.cuts) cut(over);
        resolve();
      });
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

  /** How many targets are healthy, and how many are not any more. */
  hosts(): { readonly healthy: number; readonly unhealthy: number } {
    const count = (wanted: TargetHealth) =>
      [...this.#members.values()].filter(({ health }) => health === wanted).length;
    return { healthy: count('healthy'), unhealthy: count('unhealthy') };
  }

  /**
   * Takes a target: the one that the session is bound to while it can be used, else the next by the group's algorithm.
   * @returns undefined when none is registered
   */
  take(bound?: string): Taken | undefined {
    const { algorithm = 'round_robin', slowStartMs = 0 } = this.settings;
    const member =
      (bound === undefined ? undefined : this.#usable.find(({ target }) => target.id === bound)) ??
      this.#routing.pick(this.#usable, { algorithm, slowStartMs }, slowStartMs === 0 ? 0 : this.clock.monotonic());
    if (member === undefined) return undefined;
    return takenFrom(member);
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
    const health = judge(member, ok, this.settings);
    if (health !== undefined) this.#become(member, health);
    const wait = member.health === 'initial' ? initialIntervalMs : this.settings.intervalMs;
    this.#checkAfter(member, Math.max(0, wait - (this.clock.monotonic() - started)));
  }

  #become(member: Member, health: TargetHealth): void {
    const warmsUp = health === 'healthy' && (member.health === 'initial' ? member.isNewcomer : this.#hasFullShare());
    member.slowSince = warmsUp && (this.settings.slowStartMs ?? 0) > 0 ? this.clock.monotonic() : undefined;
    member.health = health;
    member.streak = 0;
    this.#changed();
  }

  /** Whether a healthy target is past its slow start. */
  #hasFullShare(): boolean {
    const { slowStartMs = 0 } = this.settings;
    const now = this.clock.monotonic();
    return [...this.#members.values()].some(
      ({ health, slowSince }) => health === 'healthy' && (slowSince === undefined || now - slowSince >= slowStartMs),
    );
  }
}
