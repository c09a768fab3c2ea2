/** The background process of a local plane: `node plane-main.js <project folder> <environment> <port base>`. Its parent hears when it is ready. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { LandfallError, messageOf } from '../base/errors.js';
import { version } from '../base/version.js';
import { readArtifact } from '../stack/artifact.js';
import { realClock } from './clock.js';
import { controlHandler } from './control.js';
import { planeFolders } from './folders.js';
import { serve } from './http/server.js';
import { Plane } from './plane.js';
import { portOf } from './ports.js';
import { writeAtomically } from './state.js';
import { TraceStore } from './trace.js';

/** How to reach a running plane; readable by its owner alone. */
export interface PlaneRecord {
  readonly pid: number;
  readonly port: number;
  readonly token: string;
  readonly version: string;
}

async function main(project: string, environment: string, portBase: number): Promise<void> {
  const folders = planeFolders(project, environment);
  const { manifest } = await readArtifact(folders.artifact);
  const names = [
    manifest.domain,
    `*.${manifest.domain}`,
    `*.${manifest.project}.local`,
    'localhost',
    `*.${manifest.region}.awsapprunner.localhost`,
  ];
  const log = (event: unknown) => void process.stdout.write(`${JSON.stringify(event)}\n`);
  const plane = await Plane.open(folders, portBase, names, log);
  const token = randomBytes(24).toString('hex');
  let finished = false;
  const leave = async (code: number) => {
    if (finished) return;
    finished = true;
    await rm(folders.plane, { force: true });
    process.exit(code);
  };
  const server = await serve({
    port: portOf(portBase, 'trace'),
    handler: controlHandler({ plane, token, version, onDown: () => void leave(0) }),
    traces: new TraceStore({ clock: realClock, limit: 1 }),
    clock: realClock,
    onError: (error) => log({ type: 'log', source: 'control', line: String(error) }),
  });
  let stopping = false;
  const onSignal = () => {
    if (stopping) return;
    stopping = true;
    void plane.stop(log).then(
      () => leave(0),
      (error: unknown) => (log({ type: 'log', source: 'plane', line: messageOf(error) }), leave(1)),
    );
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  await writeAtomically(
    folders.plane,
    JSON.stringify({ pid: process.pid, port: server.port, token, version } satisfies PlaneRecord),
  );
}

const [project = '', environment = '', portBase = ''] = process.argv.slice(2);
const tell = (message: object) => process.connected && process.send?.(message);
process.on('uncaughtException', (error) => process.stderr.write(`${error.stack ?? error.message}\n`));
process.on('unhandledRejection', (error) =>
  process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`),
);
main(project, environment, Number(portBase)).then(
  () => tell({ ready: true }),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    const problems =
      error instanceof LandfallError
        ? error.problems
        : [{ code: 'PLANE_NOT_STARTED', message: messageOf(error), fix: 'See plane.log in the logs folder.' }];
    tell({ problems });
    setTimeout(() => process.exit(1), 100);
  },
);
