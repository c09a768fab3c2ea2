import { z } from 'zod';
import { findPlane } from '../../local/client.js';
import { planeFolders } from '../../local/folders.js';
import { readState } from '../../local/state.js';
import { renderTable } from '../render/table.js';
import type { CommandEntry } from './index.js';
import { localOption, type LocalOptions } from './options.js';
import { projectFolder } from './project.js';
import { awsStatusDocument, runAwsStatus } from './status-aws.js';

interface PlaneStatus {
  readonly pid: number;
  readonly portBase: number;
  readonly taskStartSeconds: number;
  readonly services: readonly {
    readonly address: string;
    readonly desired: number;
    readonly tasks: readonly { readonly id: string; readonly pid?: number; readonly health: string }[];
  }[];
  readonly alarms: readonly {
    readonly name: string;
    readonly state: string;
    readonly since: string;
    readonly reason: string;
  }[];
}

const statusDocument = z.strictObject({
  running: z.boolean(),
  resources: z.int(),
  pid: z.int().optional(),
  version: z.string().optional(),
  portBase: z.int().optional(),
  taskStartSeconds: z.int().optional().describe('`--task-start` of the last deploy.'),
  /** How many times faster than the machine's the clock of alarms, scaling and schedules runs. */
  speed: z.number().optional(),
  alarms: z
    .array(
      z.strictObject({
        name: z.string(),
        state: z.enum(['ALARM', 'INSUFFICIENT_DATA', 'OK']),
        since: z.string(),
        reason: z.string(),
      }),
    )
    .optional(),
  services: z.array(
    z.strictObject({
      address: z.string(),
      desired: z.int(),
      tasks: z.array(z.strictObject({ id: z.string(), pid: z.int().optional(), health: z.string() })),
    }),
  ),
});

export const status: CommandEntry = {
  name: 'infra:status',
  description: 'Show what runs',
  document: z.union([statusDocument, awsStatusDocument]),
  options: [localOption()],
  async run(given, io) {
    const options = given as LocalOptions;
    if (options.local !== true) return runAwsStatus(options, io);
    const folders = planeFolders(await projectFolder(options, io), options.env);
    const [state, plane] = [await readState(folders.state), await findPlane(folders)];
    const resources = Object.keys(state?.resources ?? {}).length;
    if (plane === undefined) {
      const text =
        state === undefined
          ? 'Never deployed on the local plane.\n'
          : `Stopped; ${String(resources)} resources are kept. infra:deploy --local starts it.\n`;
      return { document: { running: false, resources, services: [] }, text };
    }
    const running = await plane.order<PlaneStatus>('status');
    const rows = running.services.flatMap(({ address, desired, tasks }) =>
      desired === 0 && tasks.length === 0
        ? [[address, '', '', 'asleep']]
        : tasks.map(({ id, pid, health }) => [address, id, String(pid ?? 'in the plane'), health]),
    );
    const alarms = running.alarms
      .filter(({ state }) => state === 'ALARM')
      .map(({ name, since, reason }) => [name, since, reason]);
    const alarmText = alarms.length === 0 ? '' : `${renderTable(['alarm', 'since', 'why'], alarms)}\n`;
    return {
      document: { running: true, resources, ...running },
      text: `Running as process ${String(running.pid)}, ports from ${String(running.portBase)}, ${String(resources)} resources${delay(running)}.\n${renderTable(['service', 'task', 'process', 'health'], rows)}\n${alarmText}`,
    };
  },
};

const delay = ({ taskStartSeconds }: PlaneStatus): string =>
  taskStartSeconds === 0 ? '' : `; tasks that wake or scale start after ${String(taskStartSeconds)} s`;
