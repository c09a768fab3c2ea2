import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// What a test of a real server needs of the plane: real certificates, a real clock and real processes.
/* eslint-disable boundaries/dependencies */
import { openCertificates, type Certificates } from '../../../../local/certificates.js';
import { realClock } from '../../../../local/clock.js';
import { createProcesses, type OwnedProcesses } from '../../../../local/process/processes.js';
/* eslint-enable boundaries/dependencies */
import { startPostgres, type PostgresOptions, type PostgresServer } from '../postgres.js';

/** A temporary place for one PostgreSQL server. */
export interface Place {
  readonly folder: string;
  readonly dataFolder: string;
  readonly logFile: string;
  readonly port: number;
  readonly tls: Certificates;
  readonly processes: OwnedProcesses;
  start(more?: Partial<PostgresOptions>): Promise<PostgresServer>;
  /** Stops what runs and removes everything. */
  remove(): Promise<void>;
}

/** @param at a folder to use again, instead of a new one */
export async function openPlace(at?: { readonly folder: string; readonly port: number }): Promise<Place> {
  const folder = at?.folder ?? (await mkdtemp(join(tmpdir(), 'landfall-postgres-')));
  const port = at?.port ?? (await freePort());
  const dataFolder = join(folder, 'data', 'main');
  const tls = await openCertificates({
    folder: join(folder, 'ca'),
    name: 'Test',
    seal: (plain) => Promise.resolve(plain),
    unseal: (sealed) => Promise.resolve(sealed),
    names: ['localhost'],
    ips: ['127.0.0.1'],
    clock: realClock,
  });
  const processes = createProcesses({ folder: join(folder, 'records'), logs: join(folder, 'logs') });
  return {
    folder,
    dataFolder,
    logFile: join(folder, 'logs', 'postgres.log'),
    port,
    tls,
    processes,
    start: (more) =>
      startPostgres({
        dataFolder,
        port,
        user: 'landfall',
        password: 'master-password',
        tls,
        processes,
        clock: realClock,
        signal: new AbortController().signal,
        ...more,
      }),
    remove: async () => {
      await processes.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
