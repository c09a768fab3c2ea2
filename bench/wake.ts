/**
 * `npm run bench:wake`: how long a sleeping service takes to wake, by part, and whether held requests fail. Options:
 * `-- --times` or `-- --held`, for one of these alone; `--seconds 300`, for the many wake-ups.
 */
import { parseArgs } from 'node:util';
import { record } from './record.js';
import { holdAtOnce, wakeMany, type Held } from '../test/waking/held.js';
import { median, wakeOnce, type Parts } from './wake-parts.js';
import { SleepyPlane, type Waking } from '../test/waking/plane.js';

const { values } = parseArgs({
  options: {
    times: { type: 'boolean', default: false },
    held: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '300' },
    'port-base': { type: 'string', default: '4680' },
  },
});
const services = 4;
const wakeUps = 1000;
const rounds = 15;

const plane = await SleepyPlane.open(services, Number(values['port-base']));
const [first = ''] = plane.services;
try {
  if (!values.held) await record('wake.json', times);
  if (!values.times) await record('wake-held.json', held);
} finally {
  await plane.close();
}

async function times(): Promise<Readonly<Record<string, string>>> {
  return {
    'hold, tasks start at once': await parts({ mode: 'hold', taskStartSeconds: 0 }),
    'hold, tasks start after 35 s': await parts({ mode: 'hold', taskStartSeconds: 35 }),
    'retry, tasks start at once': await parts({ mode: 'retry', taskStartSeconds: 0 }),
    'retry, tasks start after 35 s': await parts({ mode: 'retry', taskStartSeconds: 35 }),
  };
}

async function held(): Promise<Readonly<Record<string, string>>> {
  await plane.deploy({ mode: 'hold', taskStartSeconds: 0 });
  return {
    '200 requests held at once, GET and POST of 5 MB': atOnceTold(await holdAtOnce(plane, first, 200)),
    [`wake-ups of ${String(services)} services in ${values.seconds} s, each by one held request`]: manyTold(
      await wakeMany(plane, Number(values.seconds), wakeUps),
    ),
  };
}

async function parts(waking: Waking): Promise<string> {
  await plane.deploy(waking);
  const count = waking.taskStartSeconds === 0 ? rounds : 1;
  const measured: Parts[] = [];
  // The first after a deploy starts the wake-up function and warms everything up.
  if (count > 1) await wakeOnce(plane, first, waking.taskStartSeconds);
  while (measured.length < count) measured.push(await wakeOnce(plane, first, waking.taskStartSeconds));
  return median(measured);
}

function manyTold({ requests, faults, wakeUps: calls }: Held): string {
  return `${String(requests)} made, by ${String(calls)} calls that raised a service; ${String(faults.length)} failed${kindsOf(faults)}`;
}

function atOnceTold({ requests, faults, wakeUps: calls, seconds }: Held): string {
  const served = `${String(requests - faults.length)} of ${String(requests)} answered 200 with the sha256 of what was sent`;
  return `${served}, after ${seconds.toFixed(1)} s; ${String(calls)} wake-up${kindsOf(faults)}`;
}

function kindsOf(faults: readonly string[]): string {
  return faults.length === 0 ? '' : ` (${[...new Set(faults)].join(', ')})`;
}
