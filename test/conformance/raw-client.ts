import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface RawOptions {
  readonly tls?: boolean;
  /** Default `http/1.1`. */
  readonly protocol?: string;
}

/** How long nothing must come before an answer counts as whole, and how long to wait for its first byte. */
const quietMs = 80;
const patienceMs = 3_000;

/**
 * Sends bytes as they are (strings as Latin-1) and collects what comes back, until the server closes or falls silent.
 * A part after the first is sent a moment later, in a packet of its own.
 */
export function sendRaw(
  port: number,
  parts: Buffer | string | readonly string[],
  { tls = false, protocol = 'http/1.1' }: RawOptions = {},
): Promise<{ readonly bytes: Buffer; readonly closed: boolean }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket: Socket = tls
      ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: [protocol] })
      : connectTcp(port, '127.0.0.1');
    const done = (closed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ bytes: Buffer.concat(chunks), closed });
    };
    let timer = setTimeout(() => done(false), patienceMs);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      clearTimeout(timer);
      timer = setTimeout(() => done(false), quietMs);
    });
    socket.on('error', () => undefined);
    socket.once('close', () => done(true));
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      const [first = '', ...rest] = typeof parts === 'object' && !Buffer.isBuffer(parts) ? parts : [parts];
      socket.write(typeof first === 'string' ? Buffer.from(first, 'latin1') : first);
      if (rest.length > 0) setTimeout(() => void socket.write(rest.join(''), 'latin1'), 20);
    });
  });
}

/** An HTTP/1.1 answer, as far as a test looks. */
export interface RawAnswer {
  /** 0 when there was none. */
  readonly status: number;
  /** Every status line of what came back. */
  readonly statuses: readonly number[];
  readonly text: string;
  readonly closed: boolean;
  header(name: string): string | undefined;
}

/** Sends one HTTP/1 message or several, and reads what comes back. */
export async function ask1(
  port: number,
  parts: string | readonly string[],
  options: RawOptions = {},
): Promise<RawAnswer> {
  const { bytes, closed } = await sendRaw(port, parts, options);
  const text = bytes.toString('latin1');
  const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status));
  const [head = ''] = text.split('\r\n\r\n', 1);
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head.replaceAll('\r', ''))?.[1];
  return { status: statuses[0] ?? 0, statuses, text, closed, header };
}
