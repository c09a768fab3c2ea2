import { LandfallError } from '../base/errors.js';
import { execDefault } from '../layers/ecs/config.js';
import { redisDefaults } from '../layers/elasticache/config.js';
import { gatewayDefaults } from '../layers/gateway/config.js';
import { sleepDefaults, wakeDefaults } from '../layers/lambda/config.js';
import { natDefault } from '../layers/network/config.js';
import { postgresDefaults } from '../layers/rds/config.js';
import type { Config, GatewayConfig, PostgresConfig, RedisConfig, Service } from './config.js';
import { defined } from './defined.js';
import { suggestion } from './nearest.js';
import { reachedFrom } from '../base/reached.js';
import { resolveService } from './resolve-service.js';
import { resolveWaf } from './resolve-waf.js';
import type { EnvironmentInput, ProjectInput } from './schema.js';

export interface ResolveOptions {
  /** Stands for the environment's own domain: `<project>.localhost` with `--local`. Names under the own domain follow it. */
  readonly domain?: string | undefined;
}

/**
 * One environment of a validated config, with every default applied.
 * @throws LandfallError when there is no such environment
 */
export function resolveConfig(project: ProjectInput, name: string, options: ResolveOptions = {}): Config {
  const environment = environmentOf(project, name);
  const domain = options.domain ?? environment.domain;
  const local = options.domain !== undefined;
  const moved = (host: string) => (local ? underDomain(host, environment.domain, domain) : host);
  const production = environment.production ?? ['prod', 'production'].includes(name);
  const services = withCalleesAwake(
    Object.entries(project.services)
      .map(([key, service]) => resolveService(key, service, environment))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
  const sleep = { ...sleepDefaults, ...defined(environment.sleep) };
  return {
    project: project.project,
    environment: name,
    region: project.region,
    account: environment.account,
    production,
    domain,
    hostedZone: local ? domain : (environment.hostedZone ?? domain),
    redirectDomains: (environment.redirectDomains ?? []).map(moved),
    services,
    gateway: resolveGateway(environment, services, domain, moved),
    postgres: resolvePostgres(environment, services, production),
    redis: resolveRedis(environment, services, production),
    nat: environment.nat ?? natDefault,
    waf: resolveWaf(environment.waf),
    wake: { ...wakeDefaults, ...defined(environment.wake) },
    sleep: { afterMinutes: sleep.afterMinutes, timezone: sleep.timezone, schedule: environment.sleep?.schedule },
    alarms: { email: environment.alarms?.email },
    budgetUsd: environment.budgetUsd,
    exec: environment.exec ?? execDefault,
    override: environment.override,
  };
}

/** What a service that never sleeps calls does not sleep either: an inherited 0 becomes 1. */
function withCalleesAwake(services: readonly Service[]): readonly Service[] {
  const tasks = services.filter((service) => service.type !== 'spa');
  const reached = reachedFrom(
    tasks.filter(({ minInstances }) => minInstances > 0),
    tasks,
  );
  return services.map((service) =>
    service.type !== 'spa' && service.minInstances === 0 && reached.has(service.name)
      ? { ...service, minInstances: 1 }
      : service,
  );
}

function environmentOf(project: ProjectInput, name: string): EnvironmentInput {
  const found = Object.hasOwn(project.environments, name) ? project.environments[name] : undefined;
  if (found !== undefined) return found;
  throw new LandfallError({
    code: 'CONFIG_UNKNOWN_ENVIRONMENT',
    message: `There is no environment "${name}".`,
    fix: suggestion(name, Object.keys(project.environments)),
    path: 'environments',
  });
}

/** `app.dev.example.com` → `app.shop.localhost`; a name elsewhere stays. */
function underDomain(host: string, from: string, to: string): string {
  if (host === from) return to;
  return host.endsWith(`.${from}`) ? `${host.slice(0, -from.length)}${to}` : host;
}

function resolveGateway(
  { gateway = {} }: EnvironmentInput,
  services: readonly Service[],
  domain: string,
  moved: (host: string) => string,
): GatewayConfig {
  const { cors = {}, maxBodySize = gatewayDefaults.maxBodySize } = gateway;
  const minInstances = gateway.minInstances ?? gatewayDefaults.minInstances;
  const frontEnds = services.flatMap((service) =>
    'subdomain' in service ? [`https://${service.subdomain}.${domain}`] : [],
  );
  return {
    tier: gateway.tier ?? gatewayDefaults.tier,
    minInstances,
    maxInstances: gateway.maxInstances ?? Math.max(minInstances, gatewayDefaults.maxInstances),
    database: gateway.database ?? gatewayDefaults.database,
    maxBodySizeMb: parseInt(maxBodySize, 10),
    rateLimit: gateway.rateLimit,
    cors: {
      origins: cors.origins?.map((origin) => origin.replace(/(?<=^https?:\/\/)[^:]+/, moved)) ?? frontEnds,
      credentials: cors.credentials ?? gatewayDefaults.cors.credentials,
      maxAgeSeconds: cors.maxAgeSeconds ?? gatewayDefaults.cors.maxAgeSeconds,
    },
  };
}

function resolvePostgres(
  { postgres, gateway }: EnvironmentInput,
  services: readonly Service[],
  production: boolean,
): PostgresConfig | undefined {
  const used = services.some((service) => service.type !== 'spa' && service.database !== undefined);
  if (!used && postgres === undefined && gateway?.database !== 'postgres') return undefined;
  return { ...postgresDefaults, multiAz: production, ...defined(postgres) };
}

function resolveRedis(
  { redis }: EnvironmentInput,
  services: readonly Service[],
  production: boolean,
): RedisConfig | undefined {
  const used = services.some((service) => service.type !== 'spa' && service.redis);
  if (!used && redis === undefined) return undefined;
  return { ...redisDefaults, replicas: production ? 1 : 0, ...defined(redis) };
}
