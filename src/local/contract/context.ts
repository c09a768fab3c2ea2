import type { LandfallEvent } from '../../base/events.js';
import type { Manifest } from '../../stack/manifest.js';
import type { Alarm, AlarmAction } from './alarms.js';
import type { Clock } from './clock.js';
import type { LocalFunction } from './function.js';
import type { Metrics } from './metrics.js';
import type { Handler, HeaderPair, HttpRequest, HttpResponse } from './http.js';
import type { NamedService } from './names.js';
import type { Processes } from './process.js';

/** What one resource offers to others while the plane runs. Rooms meet only through these. */
export interface Capabilities {
  /** Answers requests: a distribution, a listener, a bucket's endpoint. */
  readonly handler: Handler;
  /** Where tasks are registered, and requests go to a healthy one. */
  readonly targetGroup: TargetGroup;
  /** What a distribution keeps at the edge. */
  readonly distribution: Distribution;
  /** Whether a request may pass. */
  readonly webAcl: WebAcl;
  /** The value behind a secret. */
  readonly secret: Secret;
  /** Objects of a bucket. */
  readonly bucket: Bucket;
  /** Connections to a database server. */
  readonly databaseServer: DatabaseServer;
  /** Connections to a cache, by each name that it has. */
  readonly cacheServer: CacheServer;
  /** Tasks that run for a service. */
  readonly service: RunningService;
  /** A name of Cloud Map, and who answers to it. */
  readonly discovery: Discovery;
  /** The ECS cluster. */
  readonly cluster: { readonly name: string; readonly arn: string };
  /** A Lambda function. */
  readonly function: LocalFunction;
  /** Watches metrics. */
  readonly alarm: Alarm;
  /** Hears of alarms. */
  readonly alarmAction: AlarmAction;
}

export type CapabilityKind = keyof Capabilities;

export interface Target {
  readonly id: string;
  /** Terraform address of the service that the target belongs to. */
  readonly address: string;
  readonly handler: Handler;
  /** Health checks go here: the task's health-check port. */
  readonly healthHandler: Handler;
}

export type TargetHealth = 'initial' | 'healthy' | 'unhealthy' | 'draining';

export interface TargetGroup {
  register(target: Target): void;
  /** Sends no new request there, and resolves when those in flight have ended or the deregistration delay is over. */
  deregister(id: string): Promise<void>;
  health(id: string): TargetHealth | undefined;
  /** Resolves when the target is healthy; rejects when the signal aborts. */
  healthy(id: string, signal: AbortSignal): Promise<void>;
}

/** A service of Cloud Map. Its name resolves inside task processes alone. */
export interface Discovery {
  /** Such as `auth-service.shop.local`. */
  readonly name: string;
  readonly record: NamedService;
  /** @param ports by the port that clients ask for, the one of 127.0.0.1 that answers */
  register(id: string, ports: Readonly<Record<number, number>>): void;
  /** An instance that is not registered is no error. */
  deregister(id: string): void;
}

export interface Distribution {
  /** Forgets what is kept under these paths; `*` at the end stands for the rest. */
  invalidate(paths: readonly string[]): Promise<void>;
}

export interface WebAcl {
  /** `evaluated: false` means that no rule was looked at; the trace says so. */
  evaluate(request: Parameters<Handler['request']>[0]): Promise<WebAclVerdict>;
}

export type WebAclVerdict =
  | {
      readonly action: 'allow';
      readonly evaluated: boolean;
      readonly rule?: string;
      /** Rules that matched and only count. */
      readonly counted?: readonly string[];
      /** The request to go on with: rules may add headers, and what was read of the body is given back. Absent: as it came. */
      readonly request?: HttpRequest;
    }
  | {
      readonly action: 'block';
      readonly evaluated: true;
      readonly rule: string;
      readonly status: number;
      readonly headers?: readonly HeaderPair[];
      readonly body?: string;
      readonly counted?: readonly string[];
    };

export interface Secret {
  readonly arn: string;
  /** Such as `shop/dev/kong/WAKE_TOKEN`. */
  readonly name: string;
  /** @throws LandfallError `SECRET_WITHOUT_VALUE` */
  read(): Promise<string>;
  write(value: string): Promise<void>;
}

export interface BucketObject {
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
  readonly cacheControl: string;
}

export interface Bucket {
  /** Keeps the previous version. Unchanged objects (same bytes and headers) stay as they are; returns whether it wrote. */
  put(object: BucketObject): Promise<boolean>;
  keys(): Promise<readonly string[]>;
  /** Puts a delete marker on top; earlier versions stay. */
  remove(key: string): Promise<void>;
}

export interface DatabaseServer {
  readonly host: string;
  readonly port: number;
  /** Names of the databases that services use, with the role that owns each. */
  databases(): readonly { readonly name: string; readonly user: string }[];
  /** Makes databases and roles; changes nothing that is as it should be. */
  initialise(
    specs: readonly { readonly database: string; readonly role: string; readonly password: string }[],
  ): Promise<void>;
}

/** Where a Redis answers, over TLS. */
export interface CacheServer {
  /** What clients in the VPC call it: its own address, or a name that Cloud Map has for it. */
  readonly name: string;
  /** Where to connect on this machine. */
  readonly host: string;
  readonly port: number;
  /** PEM of the authority to verify it with; its certificate is good for `host`. */
  readonly caCertificate: string;
}

export interface RunningService {
  readonly desiredCount: number;
  tasks(): readonly { readonly id: string; readonly pid: number | undefined; readonly health: string }[];
}

/** One place where the plane can listen; its port is the base plus a fixed offset (DESIGN, "The local plane"). */
export type PortRole =
  | 'edge-https'
  | 'edge-http'
  | 'alb-80'
  | 'alb-443'
  | 'alb-8443'
  | 'alb-8080'
  | 'app-runner'
  | 's3'
  | 'postgres'
  | 'redis'
  | 'aws'
  | 'trace';

export interface ListenOptions {
  readonly tls: boolean;
  readonly http2?: boolean;
  /** Answer only for these host names; several addresses may share a port so. Absent: every host. */
  readonly hosts?: readonly string[];
  /** What answers a request that cannot be read; default: an empty answer. */
  readonly refusal?: (status: 400 | 408 | 431) => HttpResponse;
}

/** A container to run as a task. */
export interface TaskSpec {
  /** Unique, such as `offers-service-7f3a`. Names the log. */
  readonly id: string;
  /** The entry of the manifest that says how to run the image. */
  readonly service: string;
  readonly env: Readonly<Record<string, string>>;
  readonly containerPort: number | undefined;
  /** Instead of the image's own command. */
  readonly command?: readonly string[];
  readonly stopSignal: NodeJS.Signals;
  readonly stopTimeoutSeconds: number;
}

export interface RunningTask {
  readonly id: string;
  readonly pid: number | undefined;
  /** The port of 127.0.0.1 that it listens on. Absent: none of its own. */
  readonly port?: number;
  readonly handler: Handler;
  readonly healthHandler: Handler;
  /** Its last output so far. */
  lastLines(): readonly string[];
  /** Resolves when the task has ended by itself or was stopped. */
  readonly exited: Promise<{ readonly message: string; readonly exitCode?: number }>;
  stop(): Promise<void>;
}

/** Runs one kind of image: `process` runs the project's own command, `kong` the gateway inside the plane. */
export interface TaskRuntime {
  start(spec: TaskSpec, ctx: LocalContext): Promise<RunningTask>;
}

/** What the engine gives a room for one resource. Clock, events, ports and folders come in here: no wall clock, no printing. */
export interface LocalContext {
  readonly address: string;
  readonly project: string;
  readonly environment: string;
  readonly region: string;
  readonly accountId: string;
  readonly manifest: Manifest;
  readonly clock: Clock;
  /** Time of what AWS does by the minute: metrics, alarms, scaling, schedules. It may run faster than `clock`, by which processes and sockets are waited for. */
  readonly cloudClock: Clock;
  readonly metrics: Metrics;
  readonly processes: Processes;
  /** Absolute. `project` is the config file's folder; `data` and `logs` are the plane's. */
  readonly folders: {
    readonly project: string;
    readonly artifact: string;
    readonly data: string;
    readonly logs: string;
  };
  /** The attributes this resource had before; undefined when it is new. */
  readonly prior: Readonly<Record<string, unknown>> | undefined;
  /** Changes attributes of this resource when it was applied before; the state keeps them, as AWS keeps what was changed by its API. */
  amend(attributes: Readonly<Record<string, unknown>>): void;
  /** False when the resource is only started again: its arguments are those it had before. */
  readonly changed: boolean;
  /** Aborts when the deploy is interrupted. */
  readonly signal: AbortSignal;
  readonly certificate: {
    readonly certPem: string;
    readonly keyPem: string;
    readonly caPem: string;
    readonly caFile: string;
  };
  /** How to reach the local AWS endpoint. For processes that have a role on AWS; never in state or logs. */
  readonly awsAccess: { readonly endpoint: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly vault: {
    read(name: string): Promise<string | undefined>;
    write(name: string, value: string): Promise<void>;
    delete(name: string): Promise<void>;
  };

  /** How long a task that no deploy asked for takes before it starts, as on Fargate; 0 unless `--task-start` says otherwise. */
  taskStartMs(): number;
  emit(event: LandfallEvent): void;
  /** Variables with which the names of Cloud Map resolve in a Node.js process that has these. */
  namesEnvironment(env: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  port(role: PortRole): number;
  /** A free port of the loopback address. */
  freePort(): Promise<number>;
  /** Opens (or takes over) a listening port for this resource; closed when the resource is destroyed. @throws LandfallError `PORT_TAKEN` */
  listen(role: PortRole, options: ListenOptions, handler: Handler): Promise<void>;

  /** Offers a capability of this resource; replaces the earlier one at once. */
  provide<K extends CapabilityKind>(kind: K, capability: Capabilities[K]): void;
  /** The capability of another resource, looked up when called. @throws LandfallError `NOT_PROVIDED` */
  connect<K extends CapabilityKind>(address: string, kind: K): Capabilities[K];
  /** Every address that offers a capability of this kind, sorted. */
  providers(kind: CapabilityKind): readonly string[];
  /** The resource whose attribute `attribute` has this value, such as `('arn', 'arn:aws:…')`. */
  addressOf(attribute: string, value: string): string | undefined;
  /** Resolved arguments of an applied resource. */
  argumentsOf(address: string): Readonly<Record<string, unknown>> | undefined;
  /** Attributes of an applied resource. */
  attributesOf(address: string): Readonly<Record<string, unknown>> | undefined;
  /** Grows whenever a resource was applied or destroyed: what was looked up before may have changed. */
  generation(): number;
  /** Addresses of applied resources of one type, sorted. */
  all(type: string): readonly string[];

  /** Makes `name:port` reach this handler inside the plane, as DNS and a listening socket would. */
  publish(name: string, port: number, handler: Handler): void;
  /** Makes one name stand for another (CNAME, alias record). */
  alias(name: string, target: string): void;
  /** The handler behind `name:port`, following aliases. */
  reach(name: string, port: number): Handler | undefined;

  runtime(kind: string): TaskRuntime;
}
