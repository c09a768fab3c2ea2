import type { RunningService, TargetGroup } from '../../../../local/contract/context.js';

/** What a service's metrics are made from. */
export interface Measured {
  /** Of one task; 1024 are one vCPU. */
  readonly cpuUnits: number | undefined;
  readonly group: TargetGroup | undefined;
}

/** One minute's datapoints. Undefined: no data, as CloudWatch has none. */
export interface Datapoints {
  /** `ECSServiceAverageCPUUtilization`: percent of what the tasks have, 0 to 100. */
  readonly cpu: number | undefined;
  /** `ALBRequestCountPerTarget`: requests a healthy target got. */
  readonly requests: number | undefined;
}

export interface MetricsSource extends Pick<RunningService, 'tasks'> {
  readonly measured: Measured;
}

/** CPU seconds used so far, by the first process of each group. */
export type CpuSeconds = () => ReadonlyMap<number, number>;

/** Makes datapoints from counters: each is about the time since the one before. */
export class ServiceMetrics {
  #cpu: ReadonlyMap<number, number> = new Map();
  #requests: { readonly group: TargetGroup; readonly count: number } | undefined;

  constructor(
    private readonly service: MetricsSource,
    private readonly cpuSeconds: CpuSeconds,
  ) {}

  /** @param seconds since it was called before */
  read(seconds: number): Datapoints {
    return { cpu: this.#cpuPercent(seconds), requests: this.#requestsPerTarget() };
  }

  /** Fargate gives a task no more than its CPU units; here it may use more, which counts as all of them. */
  #cpuPercent(seconds: number): number | undefined {
    const { cpuUnits } = this.service.measured;
    const before = this.#cpu;
    const pids = this.service.tasks().flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    if (pids.length === 0 || cpuUnits === undefined) return undefined;
    this.#cpu = this.cpuSeconds();
    const shares = pids.flatMap((pid) => {
      const [from, to] = [before.get(pid), this.#cpu.get(pid)];
      if (from === undefined || to === undefined) return [];
      return [Math.min(1, Math.max(0, to - from) / (seconds * (cpuUnits / 1024)))];
    });
    if (shares.length === 0) return undefined;
    return (shares.reduce((sum, share) => sum + share, 0) / shares.length) * 100;
  }

  #requestsPerTarget(): number | undefined {
    const { group } = this.service.measured;
    const count = group?.requestCount?.();
    if (group === undefined || count === undefined) return undefined;
    const before = this.#requests?.group === group ? this.#requests.count : undefined;
    this.#requests = { group, count };
    const healthy = this.service.tasks().filter(({ health }) => health === 'healthy').length;
    return before === undefined || healthy === 0 ? undefined : (count - before) / healthy;
  }
}
