import type { Discovery } from '../../../local/contract/context.js';
import type { NamedInstance, NamedService } from '../../../local/contract/names.js';

/** What a service's DNS settings say. */
export interface DiscoverySettings {
  /** With its namespace, in lower case. */
  readonly name: string;
  readonly namespace: string;
  readonly routing: NamedService['routing'];
  readonly ttlSeconds: number;
}

/** A service of Cloud Map while the plane runs: its instances outlive a change of its settings. */
export class LocalDiscovery implements Discovery {
  readonly #instances = new Map<string, NamedInstance>();

  constructor(
    public settings: DiscoverySettings,
    private readonly onChange: () => void,
  ) {}

  get name(): string {
    return this.settings.name;
  }

  get record(): NamedService {
    const { routing, ttlSeconds } = this.settings;
    return { routing, ttlSeconds, instances: [...this.#instances.values()] };
  }

  register(id: string, ports: Readonly<Record<number, number>>): void {
    const instance = { address: addressOf(ports), ports };
    if (JSON.stringify(this.#instances.get(id)) === JSON.stringify(instance)) return;
    this.#instances.set(id, instance);
    this.onChange();
  }

  deregister(id: string): void {
    if (this.#instances.delete(id)) this.onChange();
  }

  /** Forgets every instance: the name no longer exists. */
  close(): void {
    this.#instances.clear();
    this.onChange();
  }
}

/** A loopback address made of a port: ports of this machine are unique among what runs, so these are too. Never one that means "this machine". */
function addressOf(ports: Readonly<Record<number, number>>): string {
  const [port = 0] = Object.values(ports);
  return `127.64.${String(port >> 8)}.${String(port & 255)}`;
}
