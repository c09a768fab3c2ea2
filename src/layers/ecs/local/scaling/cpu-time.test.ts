import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { cpuSecondsByGroup } from './cpu-time.js';

it('counts what a process and its children use for their group', async () => {
  const busy = `const end = Date.now() + 400; while (Date.now() < end); console.log('done'); setInterval(() => {}, 1000);`;
  const inner = `${JSON.stringify(process.execPath)} -e ${JSON.stringify(busy)}`;
  const child = spawn('/bin/sh', ['-c', `${inner} & wait`], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    await once(child.stdout, 'data');
    expect(cpuSecondsByGroup().get(child.pid ?? 0)).toBeGreaterThan(0.1);
  } finally {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
  }
});
