import type { ListenOptions, PortRole } from './contract/context.js';
import type { Handler, HttpRequest } from './contract/http.js';
import { header } from './http/headers.js';
import { text } from './http/responses.js';

/** A server that listens. */
export interface Listening {
  readonly port: number;
  close(options: { readonly graceMs: number }): Promise<void>;
}

/** Opens a server for a role. @throws LandfallError `PORT_TAKEN` */
export type OpenServer = (role: PortRole, options: ListenOptions, handler: Handler) => Promise<Listening>;

interface Entry {
  readonly hosts: readonly string[] | undefined;
  readonly handler: Handler;
}

/** The plane's ports: each opened once, shared by the addresses that listen on it, told apart by host name. */
export class Listeners {
  readonly #servers = new Map<PortRole, Promise<Listening>>();
  readonly #entries = new Map<PortRole, Map<string, Entry>>();
  readonly #byHost = new Map<PortRole, Map<string, Handler>>();

  constructor(private readonly open: OpenServer) {}

  /** Opens the port or takes part in it; the same address again replaces its handler. */
  async listen(address: string, role: PortRole, options: ListenOptions, handler: Handler): Promise<void> {
    const entries = this.#entries.get(role) ?? new Map<string, Entry>();
    this.#entries.set(role, entries.set(address, { hosts: options.hosts, handler }));
    this.#index(role);
    let server = this.#servers.get(role);
    if (server === undefined) {
      server = this.open(role, options, this.#dispatcher(role));
      this.#servers.set(role, server);
      server.catch(() => this.#servers.delete(role));
    }
    await server;
  }

  /** Takes an address out; a port without addresses is closed. */
  async release(address: string): Promise<void> {
    for (const [role, entries] of this.#entries) {
      if (!entries.delete(address)) continue;
      this.#index(role);
      if (entries.size === 0) await this.#close(role, 1000);
    }
  }

  /** Stops accepting, lets requests in flight finish. */
  async closeAll(graceMs: number): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((role) => this.#close(role, graceMs)));
  }

  async #close(role: PortRole, graceMs: number): Promise<void> {
    const server = this.#servers.get(role);
    this.#servers.delete(role);
    await (await server)?.close({ graceMs });
  }

  #index(role: PortRole): void {
    const hosts = new Map<string, Handler>();
    for (const { hosts: names, handler } of this.#entries.get(role)?.values() ?? []) {
      for (const name of names ?? ['*']) hosts.set(name.toLowerCase(), handler);
    }
    this.#byHost.set(role, hosts);
  }

  #dispatcher(role: PortRole): Handler {
    const find = (request: HttpRequest): Handler => {
      const hosts = this.#byHost.get(role);
      const name = (header(request.headers, 'host') ?? '').toLowerCase().replace(/:\d+$/, '');
      return hosts?.get(name) ?? hosts?.get('*') ?? nobody;
    };
    return {
      request: (request) => find(request).request(request),
      upgrade: (request, socket, head) => find(request).upgrade(request, socket, head),
    };
  }
}

/** Answers for host names that nothing serves. */
const nobody: Handler = {
  request: () => Promise.resolve(text(421, 'Nothing on this port serves that host name.\n')),
  upgrade: (_request, socket) => {
    socket.destroy();
    return Promise.resolve();
  },
};
