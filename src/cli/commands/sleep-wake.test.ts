import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Io } from '../io.js';
import { sleep } from './sleep-wake.js';

/** What `infra:sleep` asks a person who declines, before anything is asked of AWS. */
async function askedFor(environment: string, production?: boolean): Promise<readonly string[]> {
  const cwd = await mkdtemp(join(tmpdir(), 'landfall-sleep-'));
  const asked: string[] = [];
  const interrupted = AbortSignal.abort();
  const io: Io = {
    cwd,
    env: {},
    out: () => undefined,
    err: () => undefined,
    isTerminal: false,
    color: false,
    signal: interrupted,
    readInput: () => Promise.resolve(''),
    prompts: {
      available: true,
      confirm: (question) => {
        asked.push(question);
        return Promise.resolve(false);
      },
      secret: () => Promise.resolve(''),
      text: () => Promise.resolve(''),
      choose: () => Promise.resolve([]),
    },
  };
  const config = {
    project: 'shop',
    region: 'eu-central-1',
    services: { api: { type: 'nestjs', path: 'api', port: 3000, routes: [{ path: '/' }] } },
    environments: { [environment]: { domain: 'example.com', ...(production !== undefined && { production }) } },
  };
  await writeFile(join(cwd, 'landfall.config.json'), JSON.stringify(config));
  try {
    await expect(sleep.run({ env: environment, arguments: [[]] }, io, () => undefined)).rejects.toThrow();
  } finally {
    await rm(cwd, { recursive: true });
  }
  return asked;
}

test('asks in production as the config says, whatever the name; without a word by the name', async () => {
  expect(await askedFor('live', true)).toHaveLength(1);
  expect(await askedFor('prod')).toHaveLength(1);
  expect(await askedFor('prod', false)).toEqual([]);
  expect(await askedFor('dev')).toEqual([]);
});
