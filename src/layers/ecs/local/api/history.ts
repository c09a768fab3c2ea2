import { randomInt } from 'node:crypto';

/** One deployment of a service, as ECS tells of it. */
export interface DeploymentRecord {
  readonly id: string;
  readonly taskDefinition: string;
  status: 'PRIMARY' | 'ACTIVE';
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  rolloutStateReason: string;
  failedTasks: number;
  readonly createdAt: Date;
  updatedAt: Date;
}

export interface ServiceEvent {
  readonly id: string;
  readonly createdAt: Date;
  readonly message: string;
}

/** ECS keeps a hundred. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages.html (not re-read) */
const keptEvents = 100;

/**
 * The deployments of a service and what happened to it. The words are ECS's own.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html (not re-read)
 */
export class ServiceHistory {
  /** The primary one first. */
  deployments: readonly DeploymentRecord[] = [];
  /** Newest first. */
  events: readonly ServiceEvent[] = [];

  readonly createdAt: Date;

  constructor(
    private readonly service: string,
    private readonly now: () => Date,
  ) {
    this.createdAt = now();
  }

  get primary(): DeploymentRecord | undefined {
    return this.deployments[0];
  }

  /** A deployment begins; the one before goes on beside it. */
  begin(taskDefinition: string): DeploymentRecord {
    const id = `ecs-svc/${String(randomInt(1e9, 1e10))}${String(randomInt(1e8, 1e9))}`;
    const createdAt = this.now();
    const record: DeploymentRecord = {
      id,
      taskDefinition,
      status: 'PRIMARY',
      rolloutState: 'IN_PROGRESS',
      rolloutStateReason: `ECS deployment ${id} in progress.`,
      failedTasks: 0,
      createdAt,
      updatedAt: createdAt,
    };
    for (const before of this.deployments) before.status = 'ACTIVE';
    this.deployments = [record, ...this.deployments.filter(({ rolloutState }) => rolloutState === 'COMPLETED')];
    return record;
  }

  completed(record: DeploymentRecord): void {
    this.#set(record, 'COMPLETED', `ECS deployment ${record.id} completed.`);
    this.deployments = [record];
    this.#say(`(deployment ${record.id}) deployment completed.`);
    this.steady();
  }

  /** It failed. What ran before takes its place again, as a deployment of its own. @param rollback whether it is brought back */
  failed(record: DeploymentRecord, reason: string, rollback: boolean): void {
    const before = this.deployments.find(({ rolloutState }) => rolloutState === 'COMPLETED');
    this.#set(record, 'FAILED', reason);
    this.#say(`(deployment ${record.id}) deployment failed: ${reason}`);
    if (before === undefined || !rollback) return;
    this.#say(`rolling back to deployment ${before.id}.`);
    record.status = 'ACTIVE';
    before.status = 'PRIMARY';
    before.updatedAt = this.now();
    before.rolloutStateReason = 'ECS deployment circuit breaker: rolled back to this deployment.';
    this.deployments = [before, record];
  }

  scaled(count: number): void {
    this.#say(`has set desired count to ${String(count)}.`);
  }

  steady(): void {
    this.#say('has reached a steady state.');
  }

  #set(record: DeploymentRecord, state: DeploymentRecord['rolloutState'], reason: string): void {
    record.rolloutState = state;
    record.rolloutStateReason = reason;
    record.updatedAt = this.now();
  }

  #say(what: string): void {
    const createdAt = this.now();
    const event = {
      id: `${String(createdAt.getTime())}-${String(randomInt(1e9))}`,
      createdAt,
      message: `(service ${this.service}) ${what}`,
    };
    this.events = [event, ...this.events].slice(0, keptEvents);
  }
}
