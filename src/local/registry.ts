import { LandfallError } from '../base/errors.js';
import type { Attributes, Resolved } from '../stack/layer.js';
import type { Capabilities, CapabilityKind } from './contract/context.js';
import type { Handler } from './contract/http.js';

/** What applied resources know of each other while the plane runs: capabilities, names, attributes. In memory alone. */
export class Registry {
  readonly attributes = new Map<string, Attributes>();
  readonly applied = new Map<string, Resolved>();
  /** Grows with every change. */
  generation = 0;
  readonly #capabilities = new Map<CapabilityKind, Map<string, unknown>>();
  readonly #endpoints = new Map<string, { readonly handler: Handler; readonly address: string }>();
  readonly #aliases = new Map<string, { readonly target: string; readonly address: string }>();

  provide<K extends CapabilityKind>(address: string, kind: K, capability: Capabilities[K]): void {
    const all = this.#capabilities.get(kind) ?? new Map<string, unknown>();
    this.#capabilities.set(kind, all.set(address, capability));
  }

  connect<K extends CapabilityKind>(address: string, kind: K): Capabilities[K] {
    const found = this.#capabilities.get(kind)?.get(address);
    if (found !== undefined) return found as Capabilities[K];
    throw new LandfallError({
      code: 'NOT_PROVIDED',
      message: `${address} offers no ${kind} on the local plane.`,
      fix: 'Run infra:deploy --local again; landfall infra:status --local shows what runs.',
      path: address,
    });
  }

  providers(kind: CapabilityKind): readonly string[] {
    return [...(this.#capabilities.get(kind)?.keys() ?? [])].sort();
  }

  publish(address: string, name: string, port: number, handler: Handler): void {
    this.#endpoints.set(`${name.toLowerCase()}:${String(port)}`, { handler, address });
  }

  alias(address: string, name: string, target: string): void {
    this.#aliases.set(name.toLowerCase(), { target: target.toLowerCase(), address });
  }

  /** Follows at most eight aliases, as a resolver gives up on longer chains. */
  reach(name: string, port: number): Handler | undefined {
    let current = name.toLowerCase();
    for (let step = 0; step < 8; step += 1) {
      const found = this.#endpoints.get(`${current}:${String(port)}`);
      if (found !== undefined) return found.handler;
      const next = this.#aliases.get(current);
      if (next === undefined) return undefined;
      current = next.target;
    }
    return undefined;
  }

  addressOf(attribute: string, value: string): string | undefined {
    for (const [address, attributes] of this.attributes) {
      if (attributes[attribute] === value) return address;
    }
    return undefined;
  }

  all(type: string): readonly string[] {
    return [...this.applied.keys()].filter((address) => address.startsWith(`${type}.`)).sort();
  }

  /** Remembers the outcome of an apply. */
  remember(address: string, attributes: Attributes): void {
    this.attributes.set(address, attributes);
    this.generation += 1;
  }

  /** Forgets everything that an address offered. */
  forget(address: string): void {
    this.generation += 1;
    this.attributes.delete(address);
    this.applied.delete(address);
    for (const capabilities of this.#capabilities.values()) capabilities.delete(address);
    for (const [key, { address: owner }] of this.#endpoints) if (owner === address) this.#endpoints.delete(key);
    for (const [key, { address: owner }] of this.#aliases) if (owner === address) this.#aliases.delete(key);
  }
}
