import { afterEach, expect, test } from 'vitest';
import { fakeAccount, Refusal, type FakeAccount } from '../testing/aws.js';
import { shopStack } from '../testing/stack.js';
import { chosenSources, followLogs, logSources, readLogs, type LogLine } from './read.js';

let account: FakeAccount | undefined;

afterEach(async () => {
  await account?.stop();
});

const sources = logSources(shopStack);
const event = (id: number) => ({ eventId: `e${String(id)}`, timestamp: id * 1000, message: `line ${String(id)}\n` });

test('chooses by name; without names what runs; an unknown name is told with those that exist', () => {
  expect(sources.map(({ name }) => name)).toEqual(['auth-service', 'offers-service']);
  expect(chosenSources(sources, [], ['auth-service']).map(({ group }) => group)).toEqual([
    '/ecs/shop-dev-auth-service',
  ]);
  expect(() => chosenSources(sources, ['offer'], [])).toThrow('There are no logs of offer.');
});

test('reads all pages of several groups in the order of time; a group that does not exist yet has none', async () => {
  account = await fakeAccount({
    FilterLogEvents: ({ logGroupName, nextToken }) => {
      if (logGroupName === '/ecs/shop-dev-auth-service') throw new Refusal('ResourceNotFoundException');
      return nextToken === undefined ? { events: [event(2)], nextToken: 'more' } : { events: [event(1)] };
    },
  });
  const lines = await readLogs({ session: account.session, sources, from: 500, filter: 'a "b" \\c' });
  expect(lines).toEqual([
    { source: 'offers-service', at: 1000, line: 'line 1' },
    { source: 'offers-service', at: 2000, line: 'line 2' },
  ]);
  expect(account.calls.at(-1)?.input).toMatchObject({ startTime: 500, filterPattern: '"a \\"b\\" \\\\c"' });
});

test('follows: each line once, also one that comes late', async () => {
  const looks = [[event(1)], [event(1), event(3)], [event(2), event(3)]];
  let look = -1;
  account = await fakeAccount({ FilterLogEvents: () => ({ events: looks[Math.min(look, 2)] }) });
  const shown: LogLine[] = [];
  const sleep = () => (look === 2 ? Promise.reject(new Error('interrupted')) : Promise.resolve(void (look += 1)));
  look = 0;
  const query = { session: account.session, sources: sources.slice(0, 1), from: 0 };
  await expect(followLogs(query, { now: () => 4000, sleep }, (line) => shown.push(line))).rejects.toThrow(
    'interrupted',
  );
  expect(shown.map(({ line }) => line)).toEqual(['line 1', 'line 3', 'line 2']);
});
