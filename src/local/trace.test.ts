import { expect, test } from 'vitest';
import { createFakeClock } from './testing/fake-clock.js';
import { TraceStore } from './trace.js';

const start = { method: 'GET', host: 'api.shop.localhost', path: '/offers?token=secret' };
const hop = (layer: string): { layer: string; address: string; name: string } => ({
  layer,
  address: `aws_${layer}.main`,
  name: layer.toUpperCase(),
});

test('nests hops, and tells own time from that of inner hops', async () => {
  const clock = createFakeClock();
  const traces = new TraceStore({ clock, newId: () => 'one' });
  const trace = traces.begin(start);
  const edge = trace.hop(hop('cloudfront'));
  await clock.advance(1);
  const waf = trace.hop(hop('waf'));
  await clock.advance(2);
  waf.end('allow');
  const alb = trace.hop(hop('alb'));
  alb.decidedBy('aws_lb_listener_rule.offers');
  alb.note('priority', 10);
  await clock.advance(4);
  alb.end(200);
  await clock.advance(8);
  edge.end(200);
  trace.finish(200);
  expect(traces.get('one')).toEqual({
    id: 'one',
    time: '2026-01-01T00:00:00.000Z',
    method: 'GET',
    host: 'api.shop.localhost',
    path: '/offers',
    status: 200,
    durationMs: 15,
    hops: [
      { ...hop('cloudfront'), startMs: 0, durationMs: 15, ownMs: 9, outcome: 200, notes: {} },
      { ...hop('waf'), startMs: 1, durationMs: 2, ownMs: 2, outcome: 'allow', notes: {} },
      {
        ...hop('alb'),
        address: 'aws_lb_listener_rule.offers',
        startMs: 3,
        durationMs: 4,
        ownMs: 4,
        outcome: 200,
        notes: { priority: 10 },
      },
    ],
  });
});

test('hops that never end, end with the trace; nothing changes after that', async () => {
  const clock = createFakeClock();
  const traces = new TraceStore({ clock, newId: () => 'one' });
  const trace = traces.begin(start);
  const open = trace.hop(hop('alb'));
  await clock.advance(5);
  trace.finish('aborted');
  trace.finish(200);
  open.end(200);
  trace.hop(hop('late')).end(200);
  expect(traces.get('one')).toMatchObject({ status: 'aborted', hops: [{ durationMs: 5, outcome: 'aborted' }] });
});

test('keeps the latest, and tells listeners', () => {
  const traces = new TraceStore({ clock: createFakeClock(), limit: 2 });
  const heard: string[] = [];
  const stop = traces.onFinished((record) => heard.push(record.id));
  const ids = [1, 2, 3].map((status) => {
    const trace = traces.begin(start);
    trace.finish(status);
    return trace.id;
  });
  stop();
  traces.begin(start).finish(4);
  expect(traces.list().map(({ status }) => status)).toEqual([4, 3]);
  expect(traces.list(1)).toHaveLength(1);
  expect(heard).toEqual(ids);
  expect(traces.get(ids[0] ?? '')).toBeUndefined();
});

test('ids differ and are safe in a URL and on a command line', () => {
  const traces = new TraceStore({ clock: createFakeClock() });
  const ids = Array.from({ length: 2000 }, () => traces.begin(start).id);
  expect(new Set(ids).size).toBe(2000);
  expect(ids.every((id) => /^[0-9a-f]{20}$/.test(id))).toBe(true);
});
