import type { Server, ServerResponse } from 'node:http';

const idleSweepMs = 50;

export interface Drain {
  readonly track: (response: ServerResponse) => void;
  readonly begin: () => void;
}

/**
 * Lets a closing server finish what it has begun: open requests are answered with `Connection: close`, idle
 * keep-alive connections are ended, and whatever is still open after `deadlineMs` is cut.
 */
export function createDrain(server: Server, deadlineMs: number): Drain {
  const open = new Set<ServerResponse>();
  let draining = false;

  const endKeepAlive = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader('Connection', 'close');
  };

  return {
    track(response) {
      if (draining) endKeepAlive(response);
      open.add(response);
      response.once('close', () => open.delete(response));
    },
    begin() {
      draining = true;
      open.forEach(endKeepAlive);
      const sweep = setInterval(() => server.closeIdleConnections(), idleSweepMs);
      const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
      server.once('close', () => {
        clearInterval(sweep);
        clearTimeout(deadline);
      });
    },
  };
}
