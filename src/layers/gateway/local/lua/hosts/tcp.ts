import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '../../../../../local/contract/clock.js';

/** Where a name and a port are on this machine. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** How much to read: a line without its end, all there is until the end, a number of bytes, or whatever came. */
export type Pattern = '*l' | '*a' | number | { readonly atMost: number };

/** What came, and why no more of it; texts are bytes. */
export interface Received {
  readonly data?: string;
  readonly error?: string;
}

/** A connection that Lua holds. Reading takes from what came, so nothing is lost between two calls. */
export class TcpConnection {
  #buffer: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(
    private socket: Socket,
    private readonly clock: Clock,
  ) {
    this.#listen();
  }

  /** @returns the connection, or why there is none, in nginx's words */
  static open(address: Address, clock: Clock, timeoutMs: number): Promise<TcpConnection | string> {
    const socket = connectTcp(address);
    socket.setNoDelay(true);
    return settled(socket, 'connect', clock, timeoutMs, 'connection refused').then((error) => {
      if (error === undefined) return new TcpConnection(socket, clock);
      socket.destroy();
      return error;
    });
  }

  /** @returns why it failed; undefined when it is encrypted now */
  async handshake(
    serverName: string,
    verify: boolean,
    ca: string | undefined,
    timeoutMs: number,
  ): Promise<string | undefined> {
    this.socket.removeAllListeners();
    const tls = connectTls({
      socket: this.socket,
      rejectUnauthorized: verify,
      ALPNProtocols: [],
      ...(serverName !== '' && { servername: serverName }),
      ...(ca !== undefined && { ca }),
    });
    const error = await settled(tls, 'secureConnect', this.clock, timeoutMs, 'handshake failed');
    this.socket = tls;
    if (error === undefined) this.#listen();
    else this.close();
    return error;
  }

  send(bytes: string, timeoutMs: number): Promise<string | undefined> {
    if (this.#ended || this.socket.destroyed) return Promise.resolve('closed');
    return new Promise((resolve) => {
      const cancel = this.clock.after(timeoutMs, () => resolve('timeout'));
      this.socket.write(bytes, 'latin1', (error) => {
        cancel();
        resolve(error ? 'closed' : undefined);
      });
    });
  }

  async receive(pattern: Pattern, timeoutMs: number): Promise<Received> {
    const limit = { over: false };
    const cancel = this.clock.after(timeoutMs, () => {
      limit.over = true;
      this.#wake();
    });
    try {
      for (;;) {
        const taken = this.#take(pattern);
        if (taken !== undefined) return { data: taken };
        if (this.#ended) return pattern === '*a' ? { data: this.#rest() } : { error: 'closed', data: this.#rest() };
        if (limit.over) return { error: 'timeout', data: this.#rest() };
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      cancel();
    }
  }

  close(): void {
    this.#ended = true;
    this.#wake();
    this.socket.destroy();
  }

  #listen(): void {
    this.socket.on('data', (chunk: Buffer) => {
      this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
      this.#wake();
    });
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    this.socket.on('end', end).on('close', end).on('error', end);
  }

  #take(pattern: Pattern): string | undefined {
    if (pattern === '*a') return undefined;
    if (pattern === '*l') return this.#line();
    const wanted = typeof pattern === 'number' ? pattern : Math.min(pattern.atMost, this.#buffer.length);
    const enough = typeof pattern === 'number' ? this.#buffer.length >= wanted : this.#buffer.length > 0;
    return enough ? this.#cut(wanted) : undefined;
  }

  // nginx leaves out every CR of a line.
  #line(): string | undefined {
    const at = this.#buffer.indexOf(10);
    return at === -1 ? undefined : this.#cut(at + 1).replaceAll(/[\r\n]/g, '');
  }

  #rest(): string {
    return this.#cut(this.#buffer.length);
  }

  #cut(bytes: number): string {
    const taken = this.#buffer.toString('latin1', 0, bytes);
    this.#buffer = this.#buffer.subarray(bytes);
    return taken;
  }
}

/** Waits for an event. @returns why it did not come */
function settled(
  socket: Socket,
  event: string,
  clock: Clock,
  timeoutMs: number,
  failure: string,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const cancel = clock.after(timeoutMs, () => resolve('timeout'));
    socket.once(event, () => {
      cancel();
      resolve(undefined);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      cancel();
      resolve(error.code === 'ECONNRESET' ? 'connection reset by peer' : failureOf(error, failure));
    });
  });
}

/** A certificate's fault in its own words. */
const failureOf = ({ code = '', message }: NodeJS.ErrnoException, failure: string): string =>
  /CERT|SIGNATURE|ALTNAME/.test(code) ? message : failure;
