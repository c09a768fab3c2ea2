import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LandfallError } from '../../base/errors.js';
import type { LandfallEvent } from '../../base/events.js';
import type { Attributes, LocalReader, LocalRule, Resolved } from '../../stack/layer.js';
import type { Manifest } from '../../stack/manifest.js';
import type { LocalContext, PortRole, TaskRuntime } from '../contract/context.js';
import type { Handler } from '../contract/http.js';
import { Listeners } from '../listeners.js';
import { MetricStore } from '../metrics/store.js';
import { Registry } from '../registry.js';
import { createFakeClock, type FakeClock } from './fake-clock.js';

export interface FakePlaneOptions {
  /** Parent of the plane's folders; made by nobody. Default: a name in the system's folder for temporary files that does not exist. */
  readonly folder?: string;
  readonly manifest?: Partial<Manifest>;
  readonly taskStartMs?: number;
  readonly runtimes?: Readonly<Record<string, TaskRuntime>>;
}

/** A local plane in memory: resources meet in it as in the real one, but nothing listens and no process starts. */
export interface FakePlane {
  readonly clock: FakeClock;
  /** By the same clock. */
  readonly metrics: MetricStore;
  readonly registry: Registry;
  readonly vault: Map<string, string>;
  readonly events: LandfallEvent[];
  context(address: string, prior?: Attributes): LocalContext;
  /** Applies a resource as the engine does, and answers its attributes. */
  apply(rule: LocalRule, address: string, args: Readonly<Record<string, unknown>>): Promise<Attributes>;
  /** Reads a data source as the engine does. */
  read(reader: LocalReader, address: string, args: Readonly<Record<string, unknown>>): Promise<Attributes>;
  destroy(rule: LocalRule, address: string): Promise<void>;
  /** What answers on a port. @throws Error when nothing listens there */
  listening(role: PortRole): Handler;
}

/** Ports are 4400 and what follows, in this order. */
const roles: readonly PortRole[] = [
  'edge-https',
  'edge-http',
  'alb-80',
  'alb-443',
  'alb-8443',
  'alb-8080',
  'app-runner',
  's3',
  'postgres',
  'redis',
  'aws',
  'trace',
];

const emptyManifest: Manifest = {
  version: 1,
  project: 'shop',
  environment: 'dev',
  region: 'eu-central-1',
  domain: 'shop.localhost',
  images: [],
  sites: [],
  endpoints: [],
};

/** A plane of the project `shop`, environment `dev`. */
export function createFakePlane(options: FakePlaneOptions = {}): FakePlane {
  const clock = createFakeClock();
  const metrics = new MetricStore(clock, (error) => {
    throw error;
  });
  const registry = new Registry();
  const vault = new Map<string, string>();
  const events: LandfallEvent[] = [];
  const served = new Map<PortRole, Handler>();
  const listeners = new Listeners((role, _options, handler) => {
    served.set(role, handler);
    return Promise.resolve({ port: portOf(role), close: () => Promise.resolve(void served.delete(role)) });
  });
  const parts = { clock, metrics, registry, vault, events, listeners, options };
  const context = (address: string, prior?: Attributes) => contextOf(parts, address, prior);
  return {
    clock,
    metrics,
    registry,
    vault,
    events,
    context,
    async apply(rule, address, args) {
      const resource = resolved(address, args);
      const ctx = context(address, registry.attributes.get(address));
      registry.applied.set(address, resource);
      const attributes = rule.fidelity === 'inert' ? rule.attributes(resource, ctx) : await rule.apply(resource, ctx);
      registry.remember(address, attributes);
      return attributes;
    },
    async read(reader, address, args) {
      const source = resolved(address, args);
      registry.applied.set(address, source);
      const attributes = await reader(source, context(address));
      registry.remember(address, attributes);
      return attributes;
    },
    async destroy(rule, address) {
      const ctx = context(address, registry.attributes.get(address));
      const resource = registry.applied.get(address) ?? resolved(address, {});
      if (rule.fidelity !== 'inert') await rule.destroy?.(resource, ctx);
      await listeners.release(address);
      registry.forget(address);
    },
    listening(role) {
      const handler = served.get(role);
      if (handler === undefined) throw new Error(`Nothing listens on ${role}.`);
      return handler;
    },
  };
}

interface Parts extends Pick<FakePlane, 'clock' | 'metrics' | 'registry' | 'vault' | 'events'> {
  readonly listeners: Listeners;
  readonly options: FakePlaneOptions;
}

function contextOf(parts: Parts, address: string, prior: Attributes | undefined): LocalContext {
  const { clock, metrics, registry, vault, events, listeners, options } = parts;
  const manifest = { ...emptyManifest, ...options.manifest };
  const folder = options.folder ?? join(tmpdir(), 'landfall-fake-plane');
  return {
    address,
    project: manifest.project,
    environment: manifest.environment,
    region: manifest.region,
    accountId: '000000000000',
    manifest,
    clock,
    cloudClock: clock,
    metrics,
    processes: { start: noProcess, run: noProcess },
    folders: {
      project: join(folder, 'project'),
      artifact: join(folder, 'artifact'),
      data: join(folder, 'data'),
      logs: join(folder, 'logs'),
    },
    prior,
    changed: true,
    signal: new AbortController().signal,
    certificate: { certPem: '', keyPem: '', caPem: '', caFile: join(folder, 'ca.pem') },
    awsAccess: { endpoint: 'http://127.0.0.1:4410', accessKeyId: 'LANDFALL0', secretAccessKey: 'secret' },
    vault: {
      read: (name) => Promise.resolve(vault.get(name)),
      write: (name, value) => Promise.resolve(void vault.set(name, value)),
      delete: (name) => Promise.resolve(void vault.delete(name)),
    },
    amend: (attributes) => registry.remember(address, { ...registry.attributes.get(address), ...attributes }),
    taskStartMs: () => options.taskStartMs ?? 0,
    emit: (event) => void events.push(event),
    namesEnvironment: () => ({}),
    port: portOf,
    freePort: () => Promise.reject(new Error('A fake plane has no ports.')),
    listen: (role, listenOptions, handler) => listeners.listen(address, role, listenOptions, handler),
    provide: (kind, capability) => registry.provide(address, kind, capability),
    connect: (target, kind) => registry.connect(target, kind),
    providers: (kind) => registry.providers(kind),
    addressOf: (attribute, value) => registry.addressOf(attribute, value),
    argumentsOf: (target) => registry.applied.get(target)?.args,
    attributesOf: (target) => registry.attributes.get(target),
    generation: () => registry.generation,
    all: (type) => registry.all(type),
    publish: (name, port, handler) => registry.publish(address, name, port, handler),
    alias: (name, target) => registry.alias(address, name, target),
    reach: (name, port) => registry.reach(name, port),
    runtime: (kind) => runtimeOf(options, kind),
  };
}

const portOf = (role: PortRole): number => 4400 + roles.indexOf(role);

const noProcess = () => Promise.reject(new Error('A fake plane starts no processes.'));

function runtimeOf({ runtimes }: FakePlaneOptions, kind: string): TaskRuntime {
  const runtime = runtimes?.[kind];
  if (runtime !== undefined) return runtime;
  throw new LandfallError({ code: 'RUNTIME_UNKNOWN', message: `No runtime ${kind}.`, fix: 'Give the fake plane one.' });
}

function resolved(address: string, args: Readonly<Record<string, unknown>>): Resolved {
  const [type = '', name = ''] = address.replace(/^data\./, '').split('.');
  return { address, type, name, args };
}
