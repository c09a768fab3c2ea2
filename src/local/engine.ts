import { LandfallError, LandfallErrors, messageOf, type Problem } from '../base/errors.js';
import type { Emit } from '../base/events.js';
import type { Artifact } from '../stack/artifact.js';
import type { Attributes, LocalReader, LocalRule, Resolved } from '../stack/layer.js';
import { dependenciesOf, type StackNode } from '../stack/stack.js';
import type { LocalContext } from './contract/context.js';
import type { Clock } from './contract/clock.js';
import { evaluate, fingerprint, type Values } from './evaluate.js';
import { inDestroyOrder, inReferenceOrder, versionOfReader } from './plan.js';
import type { Registry } from './registry.js';
import type { LocalState, ResourceState } from './state.js';

export interface EngineParts {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly rules: Readonly<Record<string, LocalRule>>;
  /** By `data.<type>` and `ephemeral.<type>`. */
  readonly readers: Readonly<Record<string, LocalReader>>;
  /** The context of one resource for one deploy. */
  contextFor(address: string, deploy: Deploy, prior: Attributes | undefined, changed: boolean): LocalContext;
  release(address: string): Promise<void>;
  save(state: LocalState['resources']): Promise<void>;
}

/** One run of apply. */
export interface Deploy {
  readonly artifact: Artifact;
  readonly variables: Readonly<Record<string, string>>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** Applies a Stack to this machine: in reference order, independent resources side by side, each saved when it is done. */
export class Engine {
  #state: Record<string, ResourceState>;
  /** Addresses that this process has applied: they run. */
  readonly #live = new Set<string>();
  #versions = new Map<string, string>();
  #nodes: ReadonlyMap<string, StackNode> = new Map();
  #saving: Promise<void> = Promise.resolve();
  #nextSave: Promise<void> | undefined;

  constructor(
    private readonly parts: EngineParts,
    state: LocalState['resources'],
  ) {
    this.#state = { ...state };
  }

  get state(): LocalState['resources'] {
    return this.#state;
  }

  /** @throws LandfallErrors with every failure; what depends on a failed resource is left as it was */
  async apply(deploy: Deploy): Promise<void> {
    this.#versions = new Map();
    const order = inReferenceOrder(deploy.artifact.stack);
    this.#nodes = new Map(order);
    const problems: Problem[] = [];
    const done = new Map<string, Promise<boolean>>();
    for (const [address, node] of order) {
      const needed = dependenciesOf(node).map((target) => done.get(target) ?? Promise.resolve(true));
      done.set(address, this.#applyAfter(needed, address, node, deploy, problems));
    }
    await Promise.all(done.values());
    if (problems.length === 0 && deploy.signal.aborted) problems.push(interrupted);
    if (problems.length === 0) await this.#destroyGone(new Set(order.map(([address]) => address)), deploy, problems);
    throwAll(problems);
  }

  /** Changes attributes of a resource that was applied, and saves them. */
  amend(address: string, attributes: Attributes): void {
    const known = this.#state[address];
    if (known === undefined) return;
    const amended = { ...known.attributes, ...attributes };
    this.#state = { ...this.#state, [address]: { ...known, attributes: amended } };
    if (this.#live.has(address)) this.parts.registry.remember(address, amended);
    // What could not be saved now is saved with the next change.
    this.#save().catch(() => undefined);
  }

  async #applyAfter(
    needed: readonly Promise<boolean>[],
    address: string,
    node: StackNode,
    deploy: Deploy,
    problems: Problem[],
  ): Promise<boolean> {
    const ready = (await Promise.all(needed)).every(Boolean);
    if (!ready || deploy.signal.aborted) {
      deploy.emit({ type: 'step', id: address, label: address, status: 'skipped' });
      return false;
    }
    try {
      await (isManaged(address) ? this.#applyResource(address, node, deploy) : this.#read(address, node, deploy));
      return true;
    } catch (error) {
      problems.push(...problemsOf(error, address));
      deploy.emit({ type: 'step', id: address, label: address, status: 'failed', detail: messageOf(error) });
      return false;
    }
  }

  async #applyResource(address: string, node: StackNode, deploy: Deploy): Promise<void> {
    const values = this.#values(deploy);
    const hash = fingerprint(node, values, (target) => this.#versions.get(target) ?? '');
    const before = this.#state[address];
    const changed = before?.hash !== hash;
    if (!changed && this.#live.has(address)) {
      deploy.emit({ type: 'step', id: address, label: address, status: 'unchanged' });
      return;
    }
    const rule = this.#ruleFor(node.type);
    const quiet = rule.fidelity === 'inert';
    const started = this.parts.clock.monotonic();
    deploy.emit({ type: 'step', id: address, label: address, status: 'started', quiet });
    const resolved = await this.#resolve(address, node, deploy);
    const ctx = this.parts.contextFor(address, deploy, before?.attributes, changed);
    this.parts.registry.applied.set(address, resolved);
    const attributes = rule.fidelity === 'inert' ? rule.attributes(resolved, ctx) : await rule.apply(resolved, ctx);
    this.parts.registry.remember(address, attributes);
    this.#live.add(address);
    this.#state = {
      ...this.#state,
      [address]: { type: node.type, hash, attributes, dependencies: dependenciesOf(node).filter(isManaged) },
    };
    await this.#save();
    const milliseconds = Math.round(this.parts.clock.monotonic() - started);
    deploy.emit({ type: 'step', id: address, label: address, status: 'done', milliseconds, quiet });
  }

  /** Data sources are read on every deploy; ephemeral resources when something that refers to them is applied. */
  async #read(address: string, node: StackNode, deploy: Deploy): Promise<void> {
    this.#versions.set(
      address,
      versionOfReader(node, this.#values(deploy), (target) => this.#versions.get(target) ?? ''),
    );
    if (address.startsWith('data.')) this.parts.registry.remember(address, await this.#readNode(address, node, deploy));
  }

  async #readNode(address: string, node: StackNode, deploy: Deploy): Promise<Attributes> {
    const kind = address.slice(0, address.indexOf('.'));
    const reader = this.parts.readers[`${kind}.${node.type}`];
    if (reader === undefined) throw noRule(`${kind}.${node.type}`);
    const resolved = await this.#resolve(address, node, deploy);
    if (kind === 'data') this.parts.registry.applied.set(address, resolved);
    return reader(resolved, this.parts.contextFor(address, deploy, undefined, true));
  }

  async #resolve(address: string, node: StackNode, deploy: Deploy): Promise<Resolved> {
    const ephemeral = new Map<string, Attributes>();
    for (const target of dependenciesOf(node).filter((dependency) => dependency.startsWith('ephemeral.'))) {
      const source = this.#nodes.get(target);
      if (source !== undefined) ephemeral.set(target, await this.#readNode(target, source, deploy));
    }
    const { attributes } = this.parts.registry;
    const values: Values = {
      variables: deploy.variables,
      attributes: { get: (target) => ephemeral.get(target) ?? attributes.get(target) },
    };
    const args = evaluate(node.args, values, (reference) => {
      throw new LandfallError({
        code: 'REFERENCE_UNRESOLVED',
        message: `${address} needs ${reference.target}.${reference.path.join('.')}, which the local plane does not answer.`,
        fix: 'This is a mistake in Landfall: please report it.',
        path: address,
      });
    });
    return { address, type: node.type, name: node.name, args: args as Resolved['args'] };
  }

  async #destroyGone(wanted: ReadonlySet<string>, deploy: Deploy, problems: Problem[]): Promise<void> {
    const gone = Object.keys(this.#state).filter((address) => !wanted.has(address));
    await this.#destroyAll(new Set(gone), deploy, problems);
  }

  /** Removes everything, and what it kept. @throws LandfallErrors */
  async destroy(deploy: Deploy): Promise<void> {
    const problems: Problem[] = [];
    await this.#destroyAll(new Set(Object.keys(this.#state)), deploy, problems);
    throwAll(problems);
  }

  async #destroyAll(addresses: ReadonlySet<string>, deploy: Deploy, problems: Problem[]): Promise<void> {
    for (const address of inDestroyOrder(this.#state).filter((candidate) => addresses.has(candidate))) {
      const entry = this.#state[address];
      if (entry === undefined) continue;
      const label = `${address} (destroy)`;
      const quiet = isQuiet(this.parts.rules[entry.type]);
      deploy.emit({ type: 'step', id: label, label, status: 'started', quiet });
      try {
        await this.#destroyOne(address, entry, deploy);
        deploy.emit({ type: 'step', id: label, label, status: 'done', quiet });
      } catch (error) {
        problems.push(...problemsOf(error, address));
        deploy.emit({ type: 'step', id: label, label, status: 'failed', detail: messageOf(error) });
      }
    }
  }

  async #destroyOne(address: string, entry: ResourceState, deploy: Deploy): Promise<void> {
    const rule = this.parts.rules[entry.type];
    const ctx = this.parts.contextFor(address, deploy, entry.attributes, true);
    if (rule !== undefined && rule.fidelity !== 'inert') await rule.destroy?.(this.#known(address, entry), ctx);
    await this.parts.release(address);
    this.parts.registry.forget(address);
    this.#live.delete(address);
    const { [address]: _gone, ...rest } = this.#state;
    this.#state = rest;
    await this.#save();
  }

  /** Stops what runs, users before what they use; data stays. @throws LandfallErrors when all else is stopped */
  async stop(deploy: Deploy): Promise<void> {
    const problems: Problem[] = [];
    for (const address of inDestroyOrder(this.#state).filter((candidate) => this.#live.has(candidate))) {
      const entry = this.#state[address];
      const rule = entry === undefined ? undefined : this.parts.rules[entry.type];
      if (entry === undefined || rule === undefined || rule.fidelity === 'inert' || rule.stop === undefined) continue;
      const label = `${address} (stop)`;
      deploy.emit({ type: 'step', id: label, label, status: 'started' });
      try {
        await rule.stop(this.#known(address, entry), this.parts.contextFor(address, deploy, entry.attributes, false));
        deploy.emit({ type: 'step', id: label, label, status: 'done' });
      } catch (error) {
        problems.push(...problemsOf(error, address));
        deploy.emit({ type: 'step', id: label, label, status: 'failed', detail: messageOf(error) });
      }
    }
    this.#live.clear();
    throwAll(problems);
  }

  /** Saves the newest state, one save at a time: an earlier one that takes longer must not replace it. */
  #save(): Promise<void> {
    this.#nextSave ??= this.#saving.then(() => {
      this.#nextSave = undefined;
      const saved = this.parts.save(this.#state);
      this.#saving = saved.catch(() => undefined);
      return saved;
    });
    return this.#nextSave;
  }

  #known(address: string, entry: ResourceState): Resolved {
    const [, name = ''] = address.split('.');
    return this.parts.registry.applied.get(address) ?? { address, type: entry.type, name, args: {} };
  }

  #values(deploy: Deploy): Values {
    return { attributes: this.parts.registry.attributes, variables: deploy.variables };
  }

  #ruleFor(type: string): LocalRule {
    const rule = this.parts.rules[type];
    if (rule === undefined) throw noRule(type);
    return rule;
  }
}

const isManaged = (address: string): boolean => !/^(data|ephemeral)\./.test(address);

/** Nothing is to be seen of removing what has no end of its own. */
const isQuiet = (rule: LocalRule | undefined): boolean =>
  rule === undefined || rule.fidelity === 'inert' || rule.destroy === undefined;

const interrupted: Problem = {
  code: 'INTERRUPTED',
  message: 'The deploy was interrupted: what was not begun is as it was before.',
  fix: 'Run infra:deploy --local again to go on.',
};

function throwAll(problems: readonly Problem[]): void {
  const [first, ...rest] = problems;
  if (first !== undefined) throw new LandfallErrors([first, ...rest]);
}

function problemsOf(error: unknown, address: string): readonly Problem[] {
  if (error instanceof LandfallError)
    return error.problems.map((problem) => ({ ...problem, path: problem.path ?? address }));
  return [
    {
      code: 'LOCAL_APPLY_FAILED',
      message: `${address}: ${messageOf(error)}`,
      fix: 'Run infra:deploy --local again; what was made stays as it is.',
      path: address,
    },
  ];
}

function noRule(type: string): LandfallError {
  return new LandfallError({
    code: 'TYPE_NOT_LOCAL',
    message: `The local plane knows nothing of ${type}.`,
    fix: 'The artifact was made by another version of Landfall: run infra:deploy with this one.',
  });
}
