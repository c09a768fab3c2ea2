import { Logger } from '@nestjs/common';

const exitDeadlineMs = 9_500;

/** Calls `begin` at the first SIGTERM or SIGINT. The process exits with 1 when something still runs 9.5 seconds later. */
export function onStopSignal(begin: () => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      new Logger('Shutdown').log(`${signal}: draining.`);
      begin();
      setTimeout(() => {
        new Logger('Shutdown').error('Work is still going on at the deadline: it is cut off.');
        process.exit(1);
      }, exitDeadlineMs).unref();
    });
  }
}
