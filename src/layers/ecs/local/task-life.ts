import type { Clock } from '../../../local/contract/clock.js';
import type { RunningTask, TargetGroup } from '../../../local/contract/context.js';

export interface TaskLifeParts {
  /** The service's Terraform address. */
  readonly address: string;
  readonly clock: Clock;
  /** @param later no deploy asked for it; @param signal nobody wants it any more */
  readonly start: (later: boolean, signal: AbortSignal) => Promise<RunningTask>;
  readonly group: TargetGroup | undefined;
  /** Where tasks that serve are found by name. */
  readonly names: { register(task: RunningTask): void; deregister(id: string): void } | undefined;
}

/** `starting` until first healthy; `leaving` drains and stops. */
export interface Member {
  readonly task: RunningTask;
  state: 'starting' | 'serving' | 'leaving';
  /** Unhealthy, and its successor starts. */
  succeeded: boolean;
}

/** How long task processes remember what a name stands for, and a little. */
const rememberedMs = 1_200;

/** What one task goes through: it starts, is entered where requests come from, becomes healthy, serves, is taken out and stops. */
export class TaskLife {
  constructor(private readonly parts: TaskLifeParts) {}

  async begin(later: boolean, signal: AbortSignal): Promise<Member> {
    return { task: await this.parts.start(later, signal), state: 'starting', succeeded: false };
  }

  enter({ task: { id, handler, healthHandler } }: Member): void {
    this.parts.group?.register({ id, address: this.parts.address, handler, healthHandler });
  }

  /** Waits until it is healthy, has ended (with what it said), or the time or the signal ends the waiting. */
  async outcome(
    { task }: Member,
    withinSeconds: number,
    signal: AbortSignal,
  ): Promise<'healthy' | 'not healthy' | { readonly message: string }> {
    const limit = new AbortController();
    const cancel = this.parts.clock.after(withinSeconds * 1000, () => limit.abort());
    const outcome = await Promise.race([
      this.#becomesHealthy(task, AbortSignal.any([limit.signal, signal])),
      task.exited,
    ]);
    cancel();
    limit.abort();
    return outcome;
  }

  /** Its first success, and each time that it is seen to be well. */
  serves(member: Member): void {
    member.state = 'serving';
    this.parts.names?.register(member.task);
  }

  healthOf({ task: { id } }: Member): string {
    return this.parts.group?.health(id) ?? 'running';
  }

  isHealthy(member: Member): boolean {
    return member.state === 'serving' && ['healthy', 'running'].includes(this.healthOf(member));
  }

  /** It is found by its name no longer. */
  hide({ task }: Member): void {
    this.parts.names?.deregister(task.id);
  }

  /** Takes it out, lets it drain, stops it. @param atOnce not for the time that others still connect to it by its name */
  async leave(member: Member, atOnce: boolean): Promise<void> {
    const named = member.state === 'serving' && this.parts.names !== undefined;
    await this.takeOut(member);
    if (named && !atOnce) await this.#forgotten(member.task);
    await member.task.stop();
  }

  async takeOut(member: Member): Promise<void> {
    member.state = 'leaving';
    this.hide(member);
    await this.parts.group?.deregister(member.task.id);
  }

  async #becomesHealthy(task: RunningTask, signal: AbortSignal): Promise<'healthy' | 'not healthy'> {
    if (this.parts.group === undefined) return 'healthy';
    return this.parts.group.healthy(task.id, signal).then(
      () => 'healthy',
      () => 'not healthy',
    );
  }

  #forgotten({ exited }: RunningTask): Promise<unknown> {
    const time = new Promise<void>((resolve) => this.parts.clock.after(rememberedMs, resolve));
    return Promise.race([time, exited]);
  }
}
