import { createServer } from 'node:net';
import type { PortRole } from './contract/context.js';

/** Where each role listens, from the base. */
const offsets: Readonly<Record<PortRole, number>> = {
  'edge-https': 0,
  'edge-http': 1,
  'alb-80': 2,
  'alb-443': 3,
  'alb-8443': 4,
  'alb-8080': 5,
  'app-runner': 6,
  s3: 7,
  postgres: 8,
  redis: 9,
  aws: 10,
  trace: 11,
};

export const defaultPortBase = 4400;

/** The port of a role. */
export const portOf = (base: number, role: PortRole): number => base + offsets[role];

/** A port of the loopback address that nothing listens on now. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('The system gave no port.'));
      });
    });
  });
}
