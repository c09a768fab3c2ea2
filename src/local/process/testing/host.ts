/** A plane's stand-in for tests that kill it: `host.ts <folder>`. Says which processes run, then waits. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createProcesses } from '../processes.js';

const [folder = ''] = process.argv.slice(2);
process.on('SIGINT', () => undefined);
const processes = createProcesses({ folder: join(folder, 'records'), logs: join(folder, 'logs') });

const start = (name: string, line: string) =>
  processes.start({
    name,
    command: '/bin/sh',
    args: ['-c', line],
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '' },
    stopTimeoutSeconds: 1,
  });

const polite = await start('polite', `trap 'echo drained > farewell; exit 0' TERM; while :; do sleep 0.05; done`);
const deaf = await start('deaf', `trap '' TERM; sleep 600 & echo $!; while :; do sleep 0.1; done`);
// Its leader ends when it can no longer write; what it started must not outlive the plane.
const fragile = await start('fragile', `sleep 600 & echo $!; while :; do sleep 0.1; echo working; done`);

const firstNumber = async (running: typeof deaf): Promise<number> => {
  while (running.lastLines().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  return Number(running.lastLines()[0]);
};
const [grandchild, orphan] = [await firstNumber(deaf), await firstNumber(fragile)];
const table = execFileSync('ps', ['-axo', 'ppid=,pid=,args='], { encoding: 'utf8' });
const guard = Number(new RegExp(`^ *${String(process.pid)} +(\\d+) .*guard\\.ts`, 'm').exec(table)?.[1]);
process.stdout.write(JSON.stringify({ guard, polite: polite.pid, deaf: deaf.pid, grandchild, orphan }));
