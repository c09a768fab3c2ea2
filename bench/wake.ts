/** `npm run bench:wake`: how long a sleeping service takes to wake, by part, and whether held requests fail. Options: `-- --seconds 300`, for the many wake-ups. */
import { parseArgs } from 'node:util';
import { record } from './record.js';
import { holdAtOnce, wakeMany, type Held } from '../test/waking/held.js';
import { median, wakeOnce, type Parts } from './wake-parts.js';
import { SleepyPlane, type Waking } from '../test/waking/plane.js';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '300' }, 'port-base': { type: 'string', default: '4680' } },
});
const services = 4;
const wakeUps = 1000;
const rounds = 15;

await record('wake.json', measure);

async function measure(): Promise<Readonly<Record<string, string>>> {
  const plane = await SleepyPlane.open(services, Number(values['port-base']));
  const [first = ''] = plane.services;
  const parts = async (waking: Waking): Promise<string> => {
    await plane.deploy(waking);
    const count = waking.taskStartSeconds === 0 ? rounds : 1;
    const measured: Parts[] = [];
    // The first after a deploy starts the wake-up function and warms everything up.
    if (count > 1) await wakeOnce(plane, first, waking.taskStartSeconds);
    while (measured.length < count) measured.push(await wakeOnce(plane, first, waking.taskStartSeconds));
    return median(measured);
  };
  const results: Record<string, string> = {};
  const step = async (label: string, work: () => Promise<string>): Promise<void> => {
    results[label] = await work();
    process.stderr.write(`${label}: ${results[label]}\n`);
  };
  try {
    await step('hold, tasks start at once', () => parts({ mode: 'hold', taskStartSeconds: 0 }));
    await step('200 requests held at once, GET and POST of 5 MB', async () =>
      atOnceTold(await holdAtOnce(plane, first, 200)),
    );
    await step(`wake-ups of ${String(services)} services, each by one held request`, async () =>
      manyTold(await wakeMany(plane, Number(values.seconds), wakeUps)),
    );
    await step('hold, tasks start after 35 s', () => parts({ mode: 'hold', taskStartSeconds: 35 }));
    await step('retry, tasks start at once', () => parts({ mode: 'retry', taskStartSeconds: 0 }));
    await step('retry, tasks start after 35 s', () => parts({ mode: 'retry', taskStartSeconds: 35 }));
    return results;
  } finally {
    await plane.close();
  }
}

function manyTold({ requests, faults, wakeUps: calls }: Held): string {
  return `${String(requests)} made, by ${String(calls)} calls that raised a service; ${String(faults.length)} failed${kindsOf(faults)}`;
}

function atOnceTold({ requests, faults, wakeUps: calls, seconds }: Held): string {
  const served = `${String(requests - faults.length)} of ${String(requests)} answered 200 with the sha256 of what was sent`;
  return `${served}, after ${seconds.toFixed(1)} s; ${String(calls)} wake-up${kindsOf(faults)}`;
}

const kindsOf = (faults: readonly string[]): string =>
  faults.length === 0 ? '' : ` (${[...new Set(faults)].join(', ')})`;
