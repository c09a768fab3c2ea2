import { LandfallError, messageOf } from '../base/errors.js';
import type { Emit } from '../base/events.js';
import { layers, localReaders, localRules } from '../layers/registry.js';
import { readArtifact, type Artifact } from '../stack/artifact.js';
import type { Attributes } from '../stack/layer.js';
import type { Manifest } from '../stack/manifest.js';
import { credentialsFile, planeCredentials, type PlaneCredentials } from './aws/credentials.js';
import { serveAws } from './aws/serve.js';
import { openCertificates, type Certificates } from './certificates.js';
import { realClock } from './clock.js';
import { createCloudClock } from './cloud-clock.js';
import type { LocalContext } from './contract/context.js';
import { emptyArtifact } from './empty-artifact.js';
import { Engine, type Deploy } from './engine.js';
import type { PlaneFolders } from './folders.js';
import { serve, type RunningServer } from './http/server.js';
import { Listeners } from './listeners.js';
import { MetricStore } from './metrics/store.js';
import { freePort, portOf } from './ports.js';
import { namesEnvironment } from './process/names.js';
import { alarmsOf, servicesOf, type PlaneAlarm, type PlaneService } from './plane-status.js';
import { createProcesses } from './process/processes.js';
import { Registry } from './registry.js';
import { runtimeOf } from './runtimes.js';
import { uploadSites } from './sites.js';
import { readState, writeAtomically, writeState, type LocalState } from './state.js';
import { describePlane, type PlaneDescription } from './describe.js';
import { TraceStore } from './trace.js';
import { openVault, vaultKeyFile, type Vault } from './vault.js';

/** The account that local ARNs name. */
const localAccount = '000000000000';

export interface DeployRequest {
  readonly variables: Readonly<Record<string, string>>;
  /** How long tasks that no deploy asks for take before they start; left out: as long as before, at first 0. */
  readonly taskStartSeconds?: number;
  /** By service, the hash of what its site was built from. */
  readonly sites: Readonly<Record<string, string>>;
}

/** One environment's local plane: its engine, ports, processes and traces. Start it, apply to it, stop it. */
export class Plane {
  readonly traces = new TraceStore({ clock: realClock });
  readonly cloudClock = createCloudClock(realClock);
  readonly #metrics = new MetricStore(this.cloudClock, (error) =>
    this.#onLog({ type: 'log', source: 'metrics', line: messageOf(error) }),
  );
  readonly #registry = new Registry();
  readonly #listeners: Listeners;
  readonly #engine: Engine;
  #state: LocalState;
  #manifest: Manifest | undefined;
  #onLog: Emit = () => undefined;
  #aws: Promise<RunningServer> | undefined;

  private constructor(
    private readonly folders: PlaneFolders,
    state: LocalState,
    private readonly certificates: Certificates,
    private readonly vault: Vault,
    private readonly processes: ReturnType<typeof createProcesses>,
    private readonly credentials: PlaneCredentials,
    private readonly log: Emit,
  ) {
    this.#state = state;
    this.#listeners = new Listeners((role, options, handler) =>
      serve({
        port: portOf(state.portBase, role),
        ...(options.tls && { tls: { cert: certificates.certPem, key: certificates.keyPem } }),
        http2: options.http2 === true,
        ...(options.refusal && { refusal: options.refusal }),
        handler,
        traces: this.traces,
        clock: realClock,
        onError: (error, trace) =>
          this.#onLog({ type: 'log', source: 'plane', line: `trace ${trace}: ${String(error)}` }),
      }),
    );
    this.#engine = new Engine(
      {
        registry: this.#registry,
        clock: realClock,
        rules: localRules,
        readers: localReaders,
        contextFor: (address, deploy, prior, changed) => this.#contextFor(address, deploy, prior, changed),
        release: (address) => this.#listeners.release(address),
        save: (resources) => this.#save({ ...this.#state, resources }),
      },
      state.resources,
    );
  }

  /**
   * Opens what the environment keeps; nothing listens yet. Stops leftovers of a plane that was killed.
   * @param log gets what happens while no command looks on
   */
  static async open(folders: PlaneFolders, portBase: number, names: readonly string[], log: Emit): Promise<Plane> {
    const vault = await openVault({ file: folders.vault, keyFile: vaultKeyFile(process.env) });
    const certificates = await openCertificates({
      folder: folders.ca,
      name: `Landfall ${names[0] ?? ''}`,
      seal: (plain) => Promise.resolve().then(() => vault.seal(plain)),
      unseal: (sealed) => Promise.resolve().then(() => vault.unseal(sealed)),
      names,
      ips: ['127.0.0.1', '::1'],
      clock: realClock,
    });
    const credentials = await planeCredentials(vault);
    await writeAtomically(folders.awsCredentials, credentialsFile(credentials));
    const processes = createProcesses({ folder: folders.processes, logs: folders.logs });
    await processes.sweep();
    const state = (await readState(folders.state)) ?? { version: 1, portBase, variables: {}, sites: {}, resources: {} };
    return new Plane(folders, { ...state, portBase }, certificates, vault, processes, credentials, log);
  }

  get portBase(): number {
    return this.#state.portBase;
  }

  get taskStartSeconds(): number {
    return this.#state.taskStartSeconds ?? 0;
  }

  /** Makes this machine what the artifact says. @throws LandfallErrors */
  async deploy(request: DeployRequest, emit: Emit, signal: AbortSignal): Promise<PlaneDescription> {
    const artifact = await readArtifact(this.folders.artifact);
    this.#manifest = artifact.manifest;
    // What is applied speaks on when the command has ended, and then to the plane's own log.
    let heard = emit;
    const say: Emit = (event) => heard(event);
    this.#onLog = say;
    try {
      return await this.#apply(artifact, request, say, signal);
    } finally {
      heard = this.log;
    }
  }

  async #apply(artifact: Artifact, request: DeployRequest, emit: Emit, signal: AbortSignal): Promise<PlaneDescription> {
    const deploy: Deploy = { artifact, variables: request.variables, emit, signal };
    if (request.taskStartSeconds !== undefined)
      await this.#save({ ...this.#state, taskStartSeconds: request.taskStartSeconds });
    await this.#serveAws();
    await this.#engine.apply(deploy);
    await uploadSites(artifact.manifest, request.sites, {
      projectFolder: this.folders.project,
      clock: realClock,
      emit,
      uploaded: this.#state.sites,
      bucket: (address) => this.#registry.connect(address, 'bucket'),
      distribution: (address) => this.#registry.connect(address, 'distribution'),
    });
    await this.#save({ ...this.#state, variables: request.variables, sites: request.sites });
    return this.describe(artifact.manifest);
  }

  /** Where everything answers. */
  describe(manifest: Manifest | undefined = this.#manifest): PlaneDescription {
    if (manifest === undefined)
      throw new LandfallError({
        code: 'NOT_DEPLOYED',
        message: 'Nothing is deployed on the local plane.',
        fix: 'Run infra:deploy --local.',
      });
    return describePlane(manifest, this.#registry, {
      portBase: this.portBase,
      caFile: this.certificates.caFile,
      credentialsFile: this.folders.awsCredentials,
    });
  }

  /** Services with their tasks, for status. */
  services(): readonly PlaneService[] {
    return servicesOf(this.#registry);
  }

  /** Alarms with their state, for status. */
  alarms(): readonly PlaneAlarm[] {
    return alarmsOf(this.#registry);
  }

  /** Listeners stop accepting and finish, tasks drain, databases stop; data stays. Nothing runs afterwards, even when it throws. */
  async stop(emit: Emit): Promise<void> {
    this.#metrics.close();
    await this.#listeners.closeAll(5000);
    await this.#engine.stop(this.#idle(emit)).finally(() => this.#close());
  }

  /** Removes everything and its data. @throws LandfallErrors */
  async destroy(emit: Emit): Promise<void> {
    this.#metrics.close();
    await this.#listeners.closeAll(2000);
    await this.#engine.destroy(this.#idle(emit));
    await this.#close();
  }

  async #close(): Promise<void> {
    await (await this.#aws)?.close({ graceMs: 1000 });
    await this.processes.close();
  }

  /** Before anything is applied: functions and tasks may call it from their first moment to their last. */
  async #serveAws(): Promise<void> {
    const onError = (error: unknown) => this.#onLog({ type: 'log', source: 'aws', line: String(error) });
    this.#aws ??= serveAws(portOf(this.portBase, 'aws'), {
      apis: layers.flatMap(({ awsApis = [] }) => awsApis),
      credentials: this.credentials,
      ctx: () => this.#contextFor('plane', this.#idle(this.#onLog), undefined, false),
      onError,
    });
    this.#aws.catch(() => (this.#aws = undefined));
    await this.#aws;
  }

  #idle(emit: Emit): Deploy {
    const artifact = { ...emptyArtifact, ...(this.#manifest && { manifest: this.#manifest }) };
    return { artifact, variables: this.#state.variables, emit, signal: new AbortController().signal };
  }

  async #save(state: LocalState): Promise<void> {
    this.#state = state;
    await writeState(this.folders.state, state);
  }

  #contextFor(address: string, deploy: Deploy, prior: Attributes | undefined, changed: boolean): LocalContext {
    const registry = this.#registry;
    const { manifest } = deploy.artifact;
    return {
      address,
      project: manifest.project,
      environment: manifest.environment,
      region: manifest.region,
      accountId: localAccount,
      manifest,
      clock: realClock,
      cloudClock: this.cloudClock,
      metrics: this.#metrics,
      processes: this.processes,
      folders: this.folders,
      prior,
      changed,
      signal: deploy.signal,
      certificate: this.certificates,
      awsAccess: { endpoint: `http://127.0.0.1:${String(portOf(this.portBase, 'aws'))}`, ...this.credentials },
      vault: this.vault,
      amend: (attributes) => this.#engine.amend(address, attributes),
      taskStartMs: () => this.taskStartSeconds * 1000,
      emit: deploy.emit,
      namesEnvironment: (env) => namesEnvironment(this.folders, env),
      port: (role) => portOf(this.portBase, role),
      freePort,
      listen: (role, options, handler) => this.#listeners.listen(address, role, options, handler),
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
      runtime: runtimeOf,
    };
  }
}
