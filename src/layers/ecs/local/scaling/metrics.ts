import type { RunningService } from '../../../../local/contract/context.js';

/** What a service's CPU metric is made from. */
export interface Measured {
  /** Of one task; 1024 are one vCPU. */
  readonly cpuUnits: number | undefined;
}

export interface MetricsSource extends Pick<RunningService, 'tasks'> {
  readonly measured: Measured;
}

/** CPU seconds used so far, by the first process of each group. */
export type CpuSeconds = () => ReadonlyMap<number, number>;

/** Makes datapoints of `CPUUtilization` from counters: each is about the time since the one before. */
export class CpuMeter {
  #before: ReadonlyMap<number, number>;

  constructor(
    private readonly service: MetricsSource,
    private readonly cpuSeconds: CpuSeconds,
  ) {
    this.#before = cpuSeconds();
  }

  /**
   * Percent of what the tasks have, 0 to 100: their average. Undefined without a task that can be measured, as CloudWatch has no datapoint then.
   * Fargate gives a task no more than its CPU units; here it may use more, which counts as all of them.
   * @param seconds since it was called before
   */
  read(seconds: number): number | undefined {
    const { cpuUnits } = this.service.measured;
    const pids = this.service.tasks().flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    if (pids.length === 0 || cpuUnits === undefined) return undefined;
    const before = this.#before;
    this.#before = this.cpuSeconds();
    const shares = pids.flatMap((pid) => {
      const now = this.#before.get(pid);
      // What was not there before has used all of it since.
      const used = now === undefined ? undefined : now - (before.get(pid) ?? 0);
      return used === undefined ? [] : [Math.min(1, Math.max(0, used) / (seconds * (cpuUnits / 1024)))];
    });
    if (shares.length === 0) return undefined;
    return (shares.reduce((sum, share) => sum + share, 0) / shares.length) * 100;
  }
}
