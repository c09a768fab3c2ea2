import type { RedisServer } from './redis.js';
import { openTlsFront, type TlsFront, type TlsFrontOptions } from './tls-front.js';

export interface CacheParts {
  readonly port: number;
  readonly tls: TlsFrontOptions['tls'];
  /** Starts a server with this password. */
  readonly start: (password: string) => Promise<RedisServer>;
  /** The password that clients are told now. */
  readonly password: () => Promise<string>;
  readonly say: (line: string) => void;
  /** Calls back once after milliseconds. */
  readonly after: (milliseconds: number, callback: () => void) => void;
}

const restartAfterMs = 1000;

/**
 * One cache: a Redis server, TLS in front of it, and the password that its secret has. The secret is written after the cache is made, and may
 * be changed at any time; so it is read for each new connection, and the server is given it before the client can say its own.
 */
export class Cache {
  #server: RedisServer | undefined;
  #front: TlsFront | undefined;
  #password = '';
  #turn: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(private readonly parts: CacheParts) {}

  /** The server, while it runs. */
  get server(): RedisServer | undefined {
    return this.#server;
  }

  /** @throws LandfallError when the server does not start, or its port is taken */
  async start(): Promise<void> {
    this.#front = await openTlsFront({
      port: this.parts.port,
      tls: this.parts.tls,
      behind: () => this.#behind(),
    });
    try {
      await this.#startServer();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const server = this.#server;
    this.#server = undefined;
    await this.#front?.close();
    await server?.stop();
  }

  /** Starts the server, and again whenever it ends by itself, as ElastiCache replaces a failed node (here with its data). */
  async #startServer(): Promise<void> {
    const password = await this.parts.password();
    const server = await this.parts.start(password);
    if (this.#stopped) {
      await server.stop();
      return;
    }
    this.#password = password;
    this.#server = server;
    for (const name of server.refused)
      this.parts.say(`the server of this machine has no parameter ${name}: it is left out`);
    void server.exited.then(() => {
      if (this.#server !== server) return;
      this.#server = undefined;
      this.parts.say(`ended by itself; it starts again in ${String(restartAfterMs / 1000)} s`);
      this.#startLater();
    });
  }

  #startLater(): void {
    this.parts.after(restartAfterMs, () => {
      if (this.#stopped) return;
      void this.#startServer().catch((error: unknown) => {
        this.parts.say(String(error));
        this.#startLater();
      });
    });
  }

  /** One at a time: two connections must not both change the password. */
  #behind(): Promise<string> {
    const next = this.#turn.then(async () => {
      const server = this.#server;
      // That it is away was said when it ended.
      if (server === undefined) throw new Error('The server does not run.');
      await this.#renewPassword(server).catch((error: unknown) => {
        if (this.#server === server) this.parts.say(`a connection was refused: ${String(error)}`);
        throw error;
      });
      return server.socket;
    });
    this.#turn = next.catch(() => undefined);
    return next;
  }

  async #renewPassword(server: RedisServer): Promise<void> {
    const password = await this.parts.password();
    if (password !== this.#password) await server.setPassword(password);
    this.#password = password;
  }
}
