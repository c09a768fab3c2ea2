import { readFile } from 'node:fs/promises';
import type { Pool } from 'undici';

/** A way to the service. */
export interface Way {
  readonly name: string;
  readonly pool: Pool;
  readonly path: string;
  readonly host: string;
  /** The process that carries it. */
  readonly pid: number | undefined;
}

/** Requests of one way, one after the other. */
export interface Sample {
  /** Milliseconds of each. */
  readonly times: number[];
  /** Requests a second of each round at many connections. */
  readonly rates: number[];
  /** Milliseconds of processor time that the process took for a request, in each of these rounds: other load changes it little. */
  readonly processorTimes: number[];
}

export interface LoadOptions {
  readonly rounds: number;
  /** Of each way in a round, one at a time. */
  readonly requests: number;
  /** Then for so long at so many connections. */
  readonly seconds: number;
  readonly connections: number;
}

/** All ways in turn, round after round, so that whatever else the machine does meets all of them. The first round warms up. */
export async function measure(ways: readonly Way[], options: LoadOptions): Promise<ReadonlyMap<string, Sample>> {
  const samples = new Map<string, Sample>(ways.map(({ name }) => [name, { times: [], rates: [], processorTimes: [] }]));
  for (let round = 0; round <= options.rounds; round += 1) {
    for (let count = 0; count < options.requests; count += 1)
      for (const way of ways) {
        const time = await once(way);
        if (round > 0) samples.get(way.name)?.times.push(time);
      }
    for (const way of ways) {
      const { rate, processorTime } = await manyOf(way, options);
      if (round === 0) continue;
      samples.get(way.name)?.rates.push(rate);
      samples.get(way.name)?.processorTimes.push(processorTime);
    }
  }
  return samples;
}

async function manyOf(
  way: Way,
  { seconds, connections }: LoadOptions,
): Promise<{ rate: number; processorTime: number }> {
  const [started, spent] = [performance.now(), await processorMs(way.pid)];
  const end = started + seconds * 1000;
  let count = 0;
  const client = async () => {
    for (; performance.now() < end; count += 1) await once(way);
  };
  await Promise.all(Array.from({ length: connections }, client));
  const rate = (count / (performance.now() - started)) * 1000;
  return { rate, processorTime: ((await processorMs(way.pid)) - spent) / count };
}

/** What a process has used so far, in user and kernel mode; clock ticks are hundredths of a second on Linux. */
async function processorMs(pid: number | undefined): Promise<number> {
  const [user, kernel] =
    (await readFile(`/proc/${String(pid)}/stat`, 'utf8')).split(') ')[1]?.split(' ').slice(11, 13) ?? [];
  return (Number(user) + Number(kernel)) * 10;
}

/** Milliseconds. @throws when the answer is not 200 */
async function once({ name, pool, path, host }: Way): Promise<number> {
  const started = performance.now();
  const { body, statusCode } = await pool.request({
    path,
    method: 'GET',
    // The managed rules block what has no User-Agent.
    headers: { host, 'user-agent': 'bench', 'accept-encoding': 'identity' },
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`${name} answered ${String(statusCode)}.`);
  return performance.now() - started;
}

/** @param part 0.5 is the median */
export function centile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? NaN;
}
