import { posix } from 'node:path';
import { runtimeDefault } from '../layers/app-runner/config.js';
import { healthCheckPathDefault, portDefault, taskDefaults } from '../layers/ecs/config.js';
import { jobDefaults } from '../layers/jobs/config.js';
import { outputDirDefault } from '../layers/s3/config.js';
import type { JobConfig, NestService, Service, WorkerService } from './config.js';
import { defined } from './defined.js';
import type { EnvironmentInput, ServiceInput } from './schema.js';

type TaskInput = Exclude<ServiceInput, { readonly type: 'spa' }>;
type OverrideInput = NonNullable<EnvironmentInput['services']>[string];

/** One service of an environment, with every default applied. */
export function resolveService(name: string, service: ServiceInput, environment: EnvironmentInput): Service {
  const overrides = environment.services ?? {};
  const override = (Object.hasOwn(overrides, name) ? overrides[name] : undefined) ?? {};
  const base = {
    name,
    path: folder(service.path),
    env: { ...service.env, ...override.env },
    build: service.build,
  };
  if (service.type === 'spa')
    return {
      ...base,
      type: 'spa',
      subdomain: service.subdomain,
      outputDir: folder(service.outputDir ?? outputDirDefault),
    };
  const task = { ...base, ...taskOf(service), ...sizeOf(service, environment.defaults ?? {}, override) };
  if (service.type === 'worker') return { ...task, type: 'worker' };
  const healthCheckPath = service.healthCheckPath ?? healthCheckPathDefault;
  if (service.type === 'nestjs')
    return { ...task, type: 'nestjs', routes: routesOf(service.routes), oidc: service.oidc, healthCheckPath };
  const runtime = service.runtime ?? runtimeDefault;
  const processor = runtime === 'app-runner' ? ({ architecture: 'x86_64', spot: false } as const) : {};
  return { ...task, ...processor, type: 'nextjs', subdomain: service.subdomain, runtime, healthCheckPath };
}

function taskOf(service: TaskInput) {
  return {
    port: service.port ?? portDefault,
    database: service.database,
    redis: service.redis ?? false,
    calls: service.calls ?? [],
    secrets: service.secrets ?? [],
    start: service.start ?? (service.type === 'nextjs' ? 'node server.js' : 'node dist/main.js'),
    migrate: service.migrate,
    jobs: jobsOf(service.jobs ?? {}),
  };
}

type Size = Pick<WorkerService, 'tier' | 'minInstances' | 'maxInstances' | 'scaling' | 'architecture' | 'spot'>;

/** The environment's word on the service, then the service's own, then the environment's defaults, then Landfall's. */
function sizeOf(
  service: TaskInput,
  defaults: NonNullable<EnvironmentInput['defaults']>,
  override: OverrideInput,
): Size {
  const own = defined({ architecture: service.architecture, spot: service.spot });
  const chosen = { ...taskDefaults, ...defined(defaults), ...own, ...defined(override) };
  const least = chosen.minInstances;
  const minInstances = service.type === 'nestjs' ? least : Math.max(1, least);
  const most = override.maxInstances ?? defaults.maxInstances;
  return {
    tier: chosen.tier,
    minInstances,
    maxInstances: most ?? Math.max(minInstances, taskDefaults.maxInstances),
    scaling: { ...taskDefaults.scaling, ...defined(defaults.scaling), ...defined(override.scaling) },
    architecture: chosen.architecture,
    spot: chosen.spot,
  };
}

function routesOf(routes: Extract<ServiceInput, { readonly type: 'nestjs' }>['routes']): NestService['routes'] {
  return (routes ?? []).map(({ path, methods, auth }) => ({ path, methods: methods ?? [], auth: auth ?? 'none' }));
}

function jobsOf(jobs: NonNullable<TaskInput['jobs']>): Readonly<Record<string, JobConfig>> {
  return Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, resolveJob(job)]));
}

/** `./services/api/` → `services/api`. */
function folder(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/+$/, '');
}

function resolveJob({ schedule, path, method, timezone }: NonNullable<TaskInput['jobs']>[string]): JobConfig {
  return { schedule, path, method: method ?? jobDefaults.method, timezone: timezone ?? jobDefaults.timezone };
}
