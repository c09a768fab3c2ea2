import { runningMembers } from '../../base/start-time.js';

/** How long the system may take to end what got SIGKILL. */
const killMilliseconds = 5000;

/** Sends a signal; a process (or, negative, a group) that has gone is no error. Answers whether it was there. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

/** Kills whatever is left of a process group, as the end of a container's first process ends the container. Resolves when it has gone. */
export async function killGroup(group: number): Promise<void> {
  const end = performance.now() + killMilliseconds;
  // The signal also "reaches" zombies that nobody collects, so the process table has the last word.
  while (signal(-group, 'SIGKILL') && performance.now() < end) {
    if (runningMembers(group).length === 0) return;
    await pause(10);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
