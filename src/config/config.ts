/**
 * The config of one environment with every default applied: what `synth` reads, and nothing after it does.
 * `resolve.ts` makes it from the user's file.
 */
export interface Config {
  readonly project: string;
  readonly environment: string;
  readonly region: string;
  /** The only AWS account that the environment may be in; undefined: any. */
  readonly account: string | undefined;
  readonly production: boolean;
  /** Apex under which `api.`, and each front end's subdomain, stand. */
  readonly domain: string;
  /** Name of the existing Route 53 zone; default the domain itself. */
  readonly hostedZone: string;
  readonly redirectDomains: readonly string[];
  /** Sorted by name. */
  readonly services: readonly Service[];
  readonly gateway: GatewayConfig;
  /** Present when a service has a database, or the environment configures one. */
  readonly postgres: PostgresConfig | undefined;
  /** Present when a service uses Redis, or the environment configures one. */
  readonly redis: RedisConfig | undefined;
  readonly nat: 'gateway-per-az' | 'gateway' | 'instance';
  readonly waf: WafConfig;
  readonly wake: WakeConfig;
  readonly sleep: SleepConfig;
  readonly alarms: { readonly email: string | undefined };
  readonly budgetUsd: number | undefined;
  /** ECS Exec (an interactive shell in a task) is allowed. */
  readonly exec: boolean;
  readonly override: ((stack: unknown) => void) | undefined;
}

export type Tier = 'micro' | 'small' | 'medium' | 'large';

interface ServiceBase {
  readonly name: string;
  /** Folder, relative to the config file, with `/`. */
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** Command line that builds it; undefined: `npm run build` when its package has that script. */
  readonly build: string | undefined;
}

interface ContainerBase extends ServiceBase {
  readonly port: number;
  readonly database: string | undefined;
  readonly redis: boolean;
  /** Names of services that this one calls by Cloud Map. */
  readonly calls: readonly string[];
  readonly secrets: readonly string[];
  /** Command line; default `node dist/main.js` (`nestjs`, `worker`). */
  readonly start: string;
  readonly migrate: string | undefined;
  readonly tier: Tier;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly scaling: { readonly cpuPercent: number; readonly requestsPerTarget: number };
  readonly architecture: 'x86_64' | 'arm64';
  readonly spot: boolean;
  readonly jobs: Readonly<Record<string, JobConfig>>;
}

export interface NestService extends ContainerBase {
  readonly type: 'nestjs';
  readonly routes: readonly RouteConfig[];
  readonly oidc: { readonly discovery: string } | undefined;
  readonly healthCheckPath: string;
}

export interface NextService extends ContainerBase {
  readonly type: 'nextjs';
  readonly subdomain: string;
  readonly runtime: 'app-runner' | 'fargate';
  readonly healthCheckPath: string;
}

export interface WorkerService extends ContainerBase {
  readonly type: 'worker';
}

export interface SpaService extends ServiceBase {
  readonly type: 'spa';
  readonly subdomain: string;
  /** Build output, relative to `path`. */
  readonly outputDir: string;
}

export type Service = NestService | NextService | WorkerService | SpaService;

export interface RouteConfig {
  /** Path prefix, whole segments: `/offers` matches `/offers` and `/offers/1`, not `/offersome`. */
  readonly path: string;
  /** Empty: every method. */
  readonly methods: readonly string[];
  readonly auth: 'jwt' | 'none';
}

export interface JobConfig {
  /** EventBridge Scheduler expression, such as `cron(0 3 * * ? *)` or `rate(5 minutes)`. */
  readonly schedule: string;
  readonly path: string;
  readonly method: string;
  readonly timezone: string;
}

export interface GatewayConfig {
  readonly tier: Tier;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly database: 'off' | 'postgres';
  /** Largest request body, in megabytes. */
  readonly maxBodySizeMb: number;
  readonly rateLimit: { readonly requestsPerMinute: number } | undefined;
  readonly cors: { readonly origins: readonly string[]; readonly credentials: boolean; readonly maxAgeSeconds: number };
}

export interface PostgresConfig {
  readonly instanceClass: string;
  readonly multiAz: boolean;
  readonly allocatedStorageGb: number;
  readonly backupRetentionDays: number;
}

export interface RedisConfig {
  readonly nodeType: string;
  readonly replicas: number;
}

export interface WafConfig {
  /** Requests in 5 minutes from one address. */
  readonly rateLimit: number;
  readonly rules: readonly WafRuleConfig[];
  /** Names of built-in rules, of AWS's groups, and of rules in those groups that count instead of block. */
  readonly count: readonly string[];
}

/** A custom rule, evaluated after the specification's. */
export interface WafRuleConfig {
  readonly name: string;
  readonly action: 'block' | 'allow' | 'count';
  readonly match: WafMatch;
}

/** Conditions that must all hold; at least one is there. */
export interface WafMatch {
  /** Address ranges, IPv4 and IPv6 mixed. */
  readonly ipSet: readonly string[] | undefined;
  /** ISO 3166-1 codes in capitals. */
  readonly countries: readonly string[] | undefined;
  readonly path: WafText | undefined;
  readonly header: (WafText & { readonly name: string }) | undefined;
  readonly query: WafText | undefined;
  readonly body: WafText | undefined;
  /** More requests of one address than this in the window; counts only those that the other conditions match. */
  readonly rate: { readonly requests: number; readonly windowSeconds: 60 | 120 | 300 | 600 } | undefined;
}

export interface WafText {
  readonly comparison: 'contains' | 'startsWith' | 'endsWith' | 'equals' | 'regex';
  readonly value: string;
}

export interface WakeConfig {
  readonly mode: 'retry' | 'hold';
  readonly scope: 'all' | 'needed';
  readonly retryAfterSeconds: number;
  readonly holdSeconds: number;
  readonly maxHeld: number;
}

export interface SleepConfig {
  readonly afterMinutes: number;
  readonly schedule: { readonly sleep: string; readonly wake: string } | undefined;
  readonly timezone: string;
}
