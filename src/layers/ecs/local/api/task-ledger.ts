import type { RunningTask } from '../../../../local/contract/context.js';

/** What is known of one task, from its start to an hour after its end. */
export interface TaskRecord {
  readonly id: string;
  /** `service:<name>` of a service's own, `family:<family>` of others. */
  readonly group: string;
  readonly startedBy: string | undefined;
  readonly taskDefinition: string;
  /** Its one container. */
  readonly container: string;
  readonly image: string;
  /** All in milliseconds since 1970. */
  readonly createdAt: number;
  startedAt?: number;
  stoppingAt?: number;
  stoppedAt?: number;
  desiredStatus: 'RUNNING' | 'STOPPED';
  lastStatus: 'PROVISIONING' | 'RUNNING' | 'STOPPED';
  stopCode?: StopCode;
  stoppedReason?: string;
  exitCode?: number;
  /** Why the container ended, where it has no exit code. */
  containerReason?: string;
  /** Stops it; absent until it runs. */
  stop?: () => Promise<void>;
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html (not re-read) */
export type StopCode = 'TaskFailedToStart' | 'EssentialContainerExited' | 'UserInitiated' | 'ServiceSchedulerInitiated';

/** How long a stopped task can be described. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-errors.html (not re-read) */
const keptMs = 60 * 60_000;

/** The tasks of a cluster. */
export class TaskLedger {
  readonly #records = new Map<string, TaskRecord>();

  constructor(private readonly now: () => number) {}

  /** Oldest first. */
  all(): readonly TaskRecord[] {
    for (const [id, { stoppedAt }] of this.#records)
      if (stoppedAt !== undefined && this.now() - stoppedAt > keptMs) this.#records.delete(id);
    return [...this.#records.values()];
  }

  get(id: string): TaskRecord | undefined {
    return this.all().find((record) => record.id === id);
  }

  /** A task that is to start. */
  begin(task: Pick<TaskRecord, 'id' | 'group' | 'startedBy' | 'taskDefinition' | 'container' | 'image'>): TaskRecord {
    const record: TaskRecord = {
      ...task,
      createdAt: this.now(),
      desiredStatus: 'RUNNING',
      lastStatus: 'PROVISIONING',
    };
    this.#records.set(task.id, record);
    return record;
  }

  /** It could not be started. */
  failed(record: TaskRecord, reason: string): void {
    record.stopCode ??= 'TaskFailedToStart';
    record.stoppedReason ??= reason;
    this.#stopped(record);
  }

  /** It runs. @returns the task, whose end by the service's own hand is told apart from one by itself */
  runs(record: TaskRecord, task: RunningTask): RunningTask {
    record.startedAt = this.now();
    record.lastStatus = 'RUNNING';
    const stop = (): Promise<void> => {
      this.#stopping(record, 'ServiceSchedulerInitiated', 'Scaling activity initiated by the service.');
      return task.stop();
    };
    record.stop = stop;
    void task.exited.then(({ message, exitCode }) => {
      record.stopCode ??= 'EssentialContainerExited';
      record.stoppedReason ??= 'Essential container in task exited';
      if (exitCode === undefined) record.containerReason = message;
      else record.exitCode = exitCode;
      this.#stopped(record);
    });
    const { id, pid, port, handler, healthHandler, exited } = task;
    const lastLines = () => task.lastLines();
    return { id, pid, handler, healthHandler, exited, lastLines, stop, ...(port !== undefined && { port }) };
  }

  /** Somebody stops it. */
  async stop(record: TaskRecord, reason: string): Promise<void> {
    this.#stopping(record, 'UserInitiated', reason);
    await record.stop?.();
  }

  #stopping(record: TaskRecord, code: StopCode, reason: string): void {
    if (record.lastStatus === 'STOPPED') return;
    record.desiredStatus = 'STOPPED';
    record.stoppingAt ??= this.now();
    record.stopCode ??= code;
    record.stoppedReason ??= reason;
  }

  #stopped(record: TaskRecord): void {
    record.desiredStatus = 'STOPPED';
    record.lastStatus = 'STOPPED';
    record.stoppingAt ??= this.now();
    record.stoppedAt ??= this.now();
  }
}
