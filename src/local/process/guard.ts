/**
 * Runs beside a plane, holding the other end of a pipe: `node guard.js <records folder>`. When the pipe closes the plane has gone,
 * however it was killed, and what it left running is stopped.
 */
import { stopRecorded } from './records.js';

const [folder = ''] = process.argv.slice(2);
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
process.stdin.resume();
process.stdin.once('end', () => {
  void stopRecorded(folder).then(() => process.exit(0));
});
