import { expect, it } from 'vitest';
import { setCookies, stuck } from './cookies.js';

const sticky = { scope: 'offers', choice: 'task-1', expires: 1000 };

/** What a client sends back of what was set. */
const back = (value: string) => [['Cookie', `a=b; ${value.split(';', 1)[0] ?? ''}; c=d`]] as const;

const one = () => setCookies('AWSALB', sticky)[0]?.[1] ?? '';

it('reads what it wrote, for its scope and until its end', () => {
  expect(stuck(back(one()), ['AWSALB'], 'offers', 999)).toBe('task-1');
  expect(stuck(back(one()), ['AWSALB'], 'offers', 1000)).toBeUndefined();
  expect(stuck(back(one()), ['AWSALB'], 'auth', 0)).toBeUndefined();
  expect(stuck(back(one()), ['AWSALBTG'], 'offers', 0)).toBeUndefined();
});

it('tells nothing of what it says, and never says it twice alike', () => {
  expect(Buffer.from(one().split('=')[1] ?? '', 'base64').toString('latin1')).not.toContain('task-1');
  expect(one()).not.toBe(one());
});

it('takes a changed cookie for none', () => {
  const value = one();
  const flipped = value.replace(
    /^(AWSALB=.{8})(.)/,
    (_, start: string, letter: string) => `${start}${letter === 'A' ? 'B' : 'A'}`,
  );
  expect(stuck(back(flipped), ['AWSALB'], 'offers', 0)).toBeUndefined();
  expect(stuck([['Cookie', 'AWSALB=; AWSALB']], ['AWSALB'], 'offers', 0)).toBeUndefined();
});
