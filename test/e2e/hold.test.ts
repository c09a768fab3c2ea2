import { afterAll, beforeAll, expect, test } from 'vitest';
import { holdAtOnce } from '../waking/held.js';
import { SleepyPlane } from '../waking/plane.js';

const service = 'tiny-0';
let plane: SleepyPlane;

beforeAll(async () => {
  plane = await SleepyPlane.open(1, 4560);
  await plane.deploy({ mode: 'hold', taskStartSeconds: 2 });
});
afterAll(() => plane.close());

test('200 requests at once, GET and POST with 5 MB, are held until the service runs: none fails, one wake-up, bodies intact', async () => {
  const { requests, faults, wakeUps } = await holdAtOnce(plane, service, 200);
  expect({ requests, faults, wakeUps }).toEqual({ requests: 200, faults: [], wakeUps: 1 });
});
