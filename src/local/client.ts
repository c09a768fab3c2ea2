import { fork } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { LandfallError, LandfallErrors, messageOf, type Problem } from '../base/errors.js';
import type { Emit } from '../base/events.js';
import { version } from '../base/version.js';
import type { ControlLine } from './control.js';
import type { PlaneFolders } from './folders.js';
import type { PlaneRecord } from './plane-main.js';
import { readJson } from './state.js';

/** A plane that runs, seen from a command. */
export interface PlaneClient {
  readonly record: PlaneRecord;
  /** Sends an order and follows it to its end. @throws LandfallErrors as the plane reports them */
  order<T>(
    name: 'deploy' | 'stop' | 'destroy' | 'status' | 'describe' | 'time',
    body?: object,
    options?: { readonly emit?: Emit; readonly signal?: AbortSignal },
  ): Promise<T>;
}

/** @returns undefined when no plane of this environment runs */
export async function findPlane(folders: PlaneFolders): Promise<PlaneClient | undefined> {
  const record = await readJson<PlaneRecord>(folders.plane);
  if (record === undefined) return undefined;
  const client = clientOf(record);
  try {
    await client.order('status');
    return client;
  } catch {
    return undefined;
  }
}

/**
 * The plane of this environment, started when it does not run, and anew when it is another version's.
 * @throws LandfallErrors `PORT_TAKEN` and others, as the plane reports them
 */
export async function startPlane(folders: PlaneFolders, environment: string, portBase: number): Promise<PlaneClient> {
  const found = await findPlane(folders);
  if (found !== undefined) {
    const status = await found.order<{ readonly version: string; readonly portBase: number }>('status');
    if (status.version === version && status.portBase === portBase) return found;
    await found.order('stop');
  }
  await launch(folders, environment, portBase);
  const started = await findPlane(folders);
  if (started !== undefined) return started;
  throw new LandfallError({
    code: 'PLANE_NOT_STARTED',
    message: 'The local plane ended right after its start.',
    fix: `See ${join(folders.logs, 'plane.log')}.`,
  });
}

/** A background process that outlives this command; told ready or not over its channel. */
async function launch(folders: PlaneFolders, environment: string, portBase: number): Promise<void> {
  await mkdir(folders.logs, { recursive: true });
  const log = await open(join(folders.logs, 'plane.log'), 'a', 0o600);
  try {
    const child = fork(
      fileURLToPath(new URL('./plane-main.js', import.meta.url)),
      [folders.project, environment, String(portBase)],
      {
        detached: true,
        stdio: ['ignore', log.fd, log.fd, 'ipc'],
        cwd: folders.project,
        execArgv: [],
      },
    );
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(notStarted(folders, `it ended with ${String(code)}`)));
      child.once(
        'message',
        (message: { readonly ready?: true; readonly problems?: readonly [Problem, ...Problem[]] }) => {
          if (message.problems === undefined) resolve();
          else reject(new LandfallErrors(message.problems));
        },
      );
    });
    child.disconnect();
    child.unref();
  } finally {
    await log.close();
  }
}

function notStarted(folders: PlaneFolders, why: string): LandfallError {
  return new LandfallError({
    code: 'PLANE_NOT_STARTED',
    message: `The local plane could not be started: ${why}.`,
    fix: `See ${join(folders.logs, 'plane.log')}.`,
  });
}

function clientOf(record: PlaneRecord): PlaneClient {
  return {
    record,
    order: async <T>(
      name: string,
      body: object = {},
      { emit, signal }: { readonly emit?: Emit; readonly signal?: AbortSignal } = {},
    ) => {
      const response = await request(`http://127.0.0.1:${String(record.port)}/control/${name}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${record.token}` },
        body: JSON.stringify(body),
        headersTimeout: 0,
        bodyTimeout: 0,
        ...(signal && { signal }),
      });
      if (response.statusCode !== 200) throw new Error(`The local plane answered ${String(response.statusCode)}.`);
      return (await follow(response.body, emit)) as T;
    },
  };
}

async function follow(body: Readable, emit: Emit | undefined): Promise<unknown> {
  try {
    for await (const text of createInterface({ input: body })) {
      const line = JSON.parse(text) as ControlLine;
      if (line.type === 'end') return line.result;
      if (line.type === 'failed') throw new LandfallErrors(line.problems as [Problem, ...Problem[]]);
      emit?.(line);
    }
  } catch (error) {
    if (error instanceof LandfallError) throw error;
    throw gone(messageOf(error));
  }
  throw gone('its answer stopped half-way');
}

function gone(why: string): LandfallError {
  return new LandfallError({
    code: 'PLANE_GONE',
    message: `The local plane went away during the command: ${why}.`,
    fix: 'Run infra:deploy --local again: it goes on from what was saved.',
  });
}
