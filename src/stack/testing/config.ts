import type { Config, NestService, NextService, SpaService, WorkerService } from '../../config/config.js';

/** A `nestjs` service with the specification's values where nothing is given. */
export function nestService(name: string, given: Partial<NestService> = {}): NestService {
  return { ...container(name), type: 'nestjs', routes: [], oidc: undefined, healthCheckPath: '/health', ...given };
}

export function workerService(name: string, given: Partial<WorkerService> = {}): WorkerService {
  return { ...container(name), type: 'worker', ...given };
}

export function nextService(name: string, given: Partial<NextService> = {}): NextService {
  const own = { subdomain: name, runtime: 'fargate', healthCheckPath: '/health' } as const;
  return { ...container(name), type: 'nextjs', ...own, ...given };
}

export function spaService(name: string, given: Partial<SpaService> = {}): SpaService {
  return { name, type: 'spa', path: name, env: {}, build: undefined, subdomain: name, outputDir: 'dist', ...given };
}

/** The resolved config of `shop`, environment `dev`, for tests of what synth makes: no service unless one is given. */
export function configOf(given: Partial<Config> = {}): Config {
  return {
    project: 'shop',
    environment: 'dev',
    region: 'eu-central-1',
    account: undefined,
    production: false,
    domain: 'dev.example.com',
    hostedZone: 'dev.example.com',
    redirectDomains: [],
    services: [],
    gateway: {
      tier: 'micro',
      minInstances: 1,
      maxInstances: 4,
      database: 'off',
      maxBodySizeMb: 10,
      rateLimit: undefined,
      cors: { origins: [], credentials: true, maxAgeSeconds: 3600 },
    },
    postgres: undefined,
    redis: undefined,
    nat: 'gateway-per-az',
    waf: { rateLimit: 1000, rules: [], count: [] },
    wake: { mode: 'retry', scope: 'all', retryAfterSeconds: 45, holdSeconds: 50, maxHeld: 100 },
    sleep: { afterMinutes: 15, schedule: undefined, timezone: 'UTC' },
    alarms: { email: undefined },
    budgetUsd: undefined,
    exec: false,
    override: undefined,
    ...given,
  };
}

/** A database server, for configs whose services use one. */
export const smallPostgres: NonNullable<Config['postgres']> = {
  instanceClass: 'db.t3.micro',
  multiAz: false,
  allocatedStorageGb: 20,
  backupRetentionDays: 7,
};

const container = (name: string): Omit<WorkerService, 'type'> => ({
  name,
  path: `services/${name}`,
  env: {},
  build: undefined,
  port: 3001,
  database: undefined,
  redis: false,
  calls: [],
  secrets: [],
  start: 'node dist/main.js',
  migrate: undefined,
  tier: 'micro',
  minInstances: 0,
  maxInstances: 4,
  scaling: { cpuPercent: 70, requestsPerTarget: 1000 },
  architecture: 'x86_64',
  spot: false,
  jobs: {},
});
