import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';

/** Clock ticks a second in `/proc`: 100 on every Linux that Node runs on. */
const ticks = 100;

/** CPU seconds that each process group has used so far, by its first process. What has ended counts through its parent alone. */
export function cpuSecondsByGroup(): ReadonlyMap<number, number> {
  const used = new Map<number, number>();
  for (const { group, seconds } of platform() === 'linux' ? fromProc() : fromPs())
    used.set(group, (used.get(group) ?? 0) + seconds);
  return used;
}

interface Usage {
  readonly group: number;
  readonly seconds: number;
}

/** Fields 5 (group), 14 and 15 (user and system time) of `/proc/<pid>/stat`; the name before them may hold anything. */
function fromProc(): readonly Usage[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const text = readFileSync(`/proc/${name}/stat`, 'utf8');
        const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
        return [{ group: Number(fields[2]), seconds: (Number(fields[11]) + Number(fields[12])) / ticks }];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

/** `time` is `[[days-]hours:]minutes:seconds`. */
function fromPs(): readonly Usage[] {
  const env = { PATH: process.env['PATH'] ?? '/bin:/usr/bin', LC_ALL: 'C' };
  const text = execFileSync('ps', ['-axo', 'pgid=,time='], { encoding: 'utf8', env });
  return text.split('\n').flatMap((line) => {
    const [, group, days, hours, minutes, seconds] =
      /^\s*(\d+)\s+(?:(\d+)-)?(?:(\d+):)?(\d+):([\d.]+)/.exec(line) ?? [];
    if (group === undefined) return [];
    const total = ((Number(days ?? 0) * 24 + Number(hours ?? 0)) * 60 + Number(minutes)) * 60 + Number(seconds);
    return [{ group: Number(group), seconds: total }];
  });
}
