import { z } from 'zod';
import type { Clock } from '../../../local/contract/clock.js';
import type { Target, TargetGroup, TargetHealth } from '../../../local/contract/context.js';
import { localArn, type LocalBehaviour } from '../../../stack/layer.js';
import { probe } from './probe.js';

const argsSchema = z.object({
  name: z.string(),
  deregistration_delay: z.coerce.number().default(300),
  health_check: z.tuple([
    z.object({
      path: z.string().default('/'),
      matcher: z.string().default('200'),
      interval: z.number().default(30),
      timeout: z.number().default(5),
      healthy_threshold: z.number().default(5),
      unhealthy_threshold: z.number().default(2),
    }),
  ]),
});

type Args = z.infer<typeof argsSchema>;

/** Milliseconds between checks of a target that was never healthy: a deploy waits for it. */
const initialIntervalMs = 100;

interface Member {
  readonly target: Target;
  health: TargetHealth;
  /** Consecutive checks that said otherwise than `health`. */
  streak: number;
  inFlight: number;
  cancel: () => void;
}

/** A target group while the plane runs: members, their health, and who is next. */
export class LocalTargetGroup implements TargetGroup {
  readonly #members = new Map<string, Member>();
  readonly #waiting = new Set<() => void>();
  #args: Args;
  #next = 0;
  #usable: readonly Member[] = [];

  constructor(
    args: Args,
    private readonly clock: Clock,
  ) {
    this.#args = args;
  }

  set args(args: Args) {
    this.#args = args;
  }

  register(target: Target): void {
    const member: Member = { target, health: 'initial', streak: 0, inFlight: 0, cancel: () => undefined };
    this.#members.set(target.id, member);
    this.#changed();
    this.#checkSoon(member, 0);
  }

  async deregister(id: string): Promise<void> {
    const member = this.#members.get(id);
    if (member === undefined) return;
    member.health = 'draining';
    member.cancel();
    this.#changed();
    const end = this.clock.monotonic() + this.#args.deregistration_delay * 1000;
    while (member.inFlight > 0 && this.clock.monotonic() < end) await this.clock.sleep(20);
    this.#members.delete(id);
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
   * Takes the next target in turn; `release` says that its request has ended.
   * @returns undefined when none is registered
   */
  take(): { readonly target: Target; release(): void } | undefined {
    const member = this.#usable[this.#next % this.#usable.length];
    if (member === undefined) return undefined;
    this.#next = (this.#next + 1) % this.#usable.length;
    member.inFlight += 1;
    return { target: member.target, release: () => (member.inFlight -= 1) };
  }

  /** Ends the health checks. */
  close(): void {
    for (const member of this.#members.values()) member.cancel();
    this.#members.clear();
    this.#changed();
  }

  /** Healthy targets take turns; when none is, all do (fail open). A target never checked takes no traffic while another can. */
  #changed(): void {
    const registered = [...this.#members.values()].filter(({ health }) => health !== 'draining');
    const healthy = registered.filter(({ health }) => health === 'healthy');
    this.#usable = healthy.length > 0 ? healthy : registered;
    for (const look of [...this.#waiting]) look();
  }

  #checkSoon(member: Member, afterMs: number): void {
    member.cancel = this.clock.after(afterMs, () => void this.#check(member));
  }

  async #check(member: Member): Promise<void> {
    const [{ path, matcher, interval, timeout }] = this.#args.health_check;
    const started = this.clock.monotonic();
    const ok = await probe(member.target.healthHandler, {
      path,
      matcher,
      timeoutMs: timeout * 1000,
      clock: this.clock,
    });
    if (!this.#members.has(member.target.id) || member.health === 'draining') return;
    this.#judge(member, ok);
    const wait = member.health === 'initial' ? initialIntervalMs : interval * 1000;
    this.#checkSoon(member, Math.max(0, wait - (this.clock.monotonic() - started)));
  }

  #judge(member: Member, ok: boolean): void {
    const [{ healthy_threshold, unhealthy_threshold }] = this.#args.health_check;
    if (member.health === 'initial') {
      if (ok) this.#become(member, 'healthy');
      return;
    }
    member.streak = ok === (member.health === 'healthy') ? 0 : member.streak + 1;
    if (member.health === 'healthy' && member.streak >= unhealthy_threshold) this.#become(member, 'unhealthy');
    else if (member.health === 'unhealthy' && member.streak >= healthy_threshold) this.#become(member, 'healthy');
  }

  #become(member: Member, health: TargetHealth): void {
    member.health = health;
    member.streak = 0;
    this.#changed();
  }
}

/** A target group: targets of this plane, checked and taken in turn. */
export const targetGroup: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'Stickiness and slow start. A new target is checked every 100 ms and healthy after one success.',
  apply(resource, ctx) {
    const args = argsSchema.parse(resource.args);
    const known = ctx.providers('targetGroup').includes(ctx.address)
      ? ctx.connect(ctx.address, 'targetGroup')
      : undefined;
    if (known instanceof LocalTargetGroup) known.args = args;
    else ctx.provide('targetGroup', new LocalTargetGroup(args, ctx.clock));
    const arn = localArn(ctx, 'elasticloadbalancing', `targetgroup/${args.name}/local`);
    return Promise.resolve({ id: arn, arn, name: args.name, arn_suffix: `targetgroup/${args.name}/local` });
  },
  stop: (_resource, ctx) => {
    const group = ctx.connect(ctx.address, 'targetGroup');
    if (group instanceof LocalTargetGroup) group.close();
    return Promise.resolve();
  },
};
