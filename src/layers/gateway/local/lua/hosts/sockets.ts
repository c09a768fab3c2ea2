import type { PluginContext } from '../../plugin.js';
import type { LuaValue } from '../codec.js';
import type { Hosts, Scope } from '../scope.js';
import { Results, type Run } from '../vm.js';
import { number, text } from './arguments.js';
import { TcpConnection, type Pattern } from './tcp.js';

/** Cosockets. What a call opened and did not close ends with it, as in nginx. */
export function socketHosts({ clock, dial, caCertificate }: PluginContext): Hosts {
  const open = new Map<number, TcpConnection>();
  let last = 0;

  const close = (id: number): void => {
    open.get(id)?.close();
    open.delete(id);
  };
  const wait = (run: Run<Scope>, results: Promise<Results>): LuaValue => {
    run.pending = results;
    return undefined;
  };
  const on = (run: Run<Scope>, id: LuaValue, use: (connection: TcpConnection) => Promise<Results>): LuaValue => {
    const connection = open.get(number(id));
    return wait(run, connection === undefined ? Promise.resolve(new Results(undefined, 'closed')) : use(connection));
  };
  const connect = async (name: string, port: number, timeoutMs: number, scope: Scope): Promise<Results> => {
    const address = dial?.(name, port);
    if (address === undefined) return new Results(undefined, `${name} could not be resolved (3: Host not found)`);
    const connection = await TcpConnection.open(address, clock, timeoutMs);
    if (typeof connection === 'string') return new Results(undefined, connection);
    const id = (last += 1);
    open.set(id, connection);
    scope.opened.add(() => close(id));
    return new Results(id);
  };

  return {
    socket_connect: ([name, port, timeoutMs], run) =>
      wait(run, connect(text(name), number(port), number(timeoutMs), run.scope)),
    socket_handshake: ([id, serverName, verify, timeoutMs], run) =>
      on(run, id, async (connection) => {
        const error = await connection.handshake(text(serverName), verify === true, caCertificate, number(timeoutMs));
        return error === undefined ? new Results(true) : new Results(undefined, error);
      }),
    socket_send: ([id, bytes, timeoutMs], run) =>
      on(run, id, async (connection) => {
        const error = await connection.send(text(bytes), number(timeoutMs));
        return error === undefined ? new Results(text(bytes).length) : new Results(undefined, error);
      }),
    socket_receive: ([id, pattern, timeoutMs, max], run) =>
      on(run, id, async (connection) => {
        const { data, error } = await connection.receive(patternOf(pattern, max), number(timeoutMs));
        return error === undefined ? new Results(data) : new Results(undefined, error, data);
      }),
    socket_close: ([id]) => {
      close(number(id));
      return undefined;
    },
  };
}

function patternOf(pattern: LuaValue, max: LuaValue): Pattern {
  if (pattern === 'any') return { atMost: number(max) };
  if (typeof pattern === 'number') return pattern;
  return text(pattern).replace('*', '').startsWith('a') ? '*a' : '*l';
}
