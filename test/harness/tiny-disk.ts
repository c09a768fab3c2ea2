import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A small file system at a folder, which only commands that are run `through` it see. */
export interface TinyDisk {
  /** What to put before a command line: it runs in this folder. */
  through(folder: string): readonly string[];
  /** Leaves that many kilobytes free, as far as what stands there already lets it. */
  fillBut(kilobytes: number): Promise<void>;
  unmount(): Promise<void>;
}

/** @returns undefined where this user may not mount */
export async function mountTinyDisk(folder: string, megabytes: number): Promise<TinyDisk | undefined> {
  await mkdir(folder, { recursive: true });
  const script = 'mount -t tmpfs -o size="$1"m tmpfs "$0" && echo mounted && exec sleep 3600';
  const holder = spawn('unshare', ['-m', 'sh', '-c', script, folder, String(megabytes)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  holder.on('error', () => undefined);
  const mounted = await new Promise<boolean>((settled) => {
    holder.stdout.once('data', () => settled(true));
    holder.once('close', () => settled(false));
  });
  if (!mounted) return undefined;
  const inside = (...line: readonly string[]) => ['nsenter', '-m', '-t', String(holder.pid), ...line];
  return {
    through: (at) => inside('sh', '-c', 'cd "$0" && exec "$@"', at),
    fillBut: async (kilobytes) => {
      const fill =
        'rm -f "$0"; free=$(df -k --output=avail "$1" | tail -n 1); head -c "$(((free - $2) * 1024))" /dev/zero > "$0"';
      const script = Number.isFinite(kilobytes) ? fill : 'rm -f "$0"';
      const [file = '', ...args] = inside('sh', '-c', script, join(folder, 'filler'), folder, String(kilobytes));
      await once(spawn(file, args, { stdio: 'ignore' }), 'exit');
    },
    unmount: async () => {
      const ended = once(holder, 'exit');
      holder.kill('SIGKILL');
      await ended;
    },
  };
}
