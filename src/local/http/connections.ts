import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

/** A server's open connections, and which of them are at work. */
export class Connections {
  private readonly raw = new Set<Socket>();
  /** HTTP/1.1 connections with the number of requests in flight. */
  private readonly h1 = new Map<Socket, number>();
  private readonly sessions = new Set<ServerHttp2Session>();
  private readonly tunnels = new Set<Socket>();
  private draining = false;

  /** Whether connections are to end with their current request. */
  get closing(): boolean {
    return this.draining;
  }

  /** A TCP connection, for TLS before its handshake. */
  opened(socket: Socket): void {
    if (this.raw.has(socket)) return;
    this.raw.add(socket);
    socket.once('close', () => this.raw.delete(socket));
  }

  /** A connection that requests can come by. */
  ready(socket: Socket): void {
    if (this.h1.has(socket)) return;
    this.h1.set(socket, 0);
    socket.once('close', () => this.h1.delete(socket));
  }

  session(session: ServerHttp2Session): void {
    this.sessions.add(session);
    session.once('close', () => this.sessions.delete(session));
    if (this.draining) session.close();
  }

  began(socket: Socket): void {
    const count = this.h1.get(socket);
    if (count !== undefined) this.h1.set(socket, count + 1);
  }

  ended(socket: Socket): void {
    const count = this.h1.get(socket);
    if (count === undefined) return;
    this.h1.set(socket, count - 1);
    if (this.draining && count === 1) socket.destroySoon();
  }

  isBusy(socket: Socket): boolean {
    return (this.h1.get(socket) ?? 0) > 0;
  }

  /** A connection that carries something else than requests from here on. */
  upgraded(socket: Socket): void {
    this.h1.delete(socket);
    this.tunnels.add(socket);
    socket.once('close', () => this.tunnels.delete(socket));
  }

  /** Ends idle connections and tunnels, which have no end of their own, at once; the others with their last request. */
  drain(): void {
    this.draining = true;
    for (const session of this.sessions) session.close();
    for (const socket of this.tunnels) socket.destroy();
    for (const [socket, count] of this.h1) if (count === 0 && !isH2(socket)) socket.destroy();
  }

  destroyAll(): void {
    for (const session of this.sessions) session.destroy();
    for (const socket of this.raw) socket.destroy();
  }
}

function isH2(socket: Socket): boolean {
  return 'alpnProtocol' in socket && socket.alpnProtocol === 'h2';
}
