import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LandfallError } from '../../base/errors.js';
import type { ProcessSpec } from '../contract/process.js';
import { createProcesses, type OwnedProcesses } from './processes.js';
import { writeRecord } from './records.js';
import { isAlive, lookUp, startTimeOf } from '../../base/start-time.js';

let folder: string;
let processes: OwnedProcesses;
const lines: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landfall-processes-'));
  lines.length = 0;
  processes = createProcesses({
    folder: join(folder, 'records'),
    logs: join(folder, 'logs'),
    onLine: (name, stream, line) => lines.push(`${name} ${stream} ${line}`),
  });
});

afterEach(async () => {
  await processes.close();
  rmSync(folder, { recursive: true, force: true });
});

function shell(name: string, line: string, more: Partial<ProcessSpec> = {}): ProcessSpec {
  const env = { PATH: process.env['PATH'] ?? '' };
  return { name, command: '/bin/sh', args: ['-c', line], cwd: folder, env, stopTimeoutSeconds: 5, ...more };
}

const node = (name: string, code: string, more: Partial<ProcessSpec> = {}): ProcessSpec =>
  shell(name, '', { command: process.execPath, args: ['-e', code], ...more });

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Not within 15 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const runs = (pid: number): boolean => lookUp(pid)?.zombie === false;

/** The number after `word` in what a program has written so far. */
const written = (text: readonly string[], word: string): number =>
  Number(new RegExp(`${word} (\\d+)`).exec(text.join('\n'))?.[1]);

describe('running a program', () => {
  test('tells how each of many quick programs ended', async () => {
    const exits = await Promise.all(
      Array.from({ length: 30 }, (_, index) => processes.run(shell(`quick-${String(index)}`, `exit ${String(index)}`))),
    );
    expect(exits.map(({ code }) => code)).toEqual(Array.from({ length: 30 }, (_, index) => index));
    expect(readdirSync(join(folder, 'records'))).toEqual([]);
  });

  test('passes only the given environment and standard input, and logs both streams', async () => {
    const exit = await processes.run(shell('echo', 'cat; env | grep -c HOME; echo problem >&2', { stdin: 'hello\n' }));
    expect([...exit.lastLines].sort()).toEqual(['0', 'hello', 'problem']);
    expect(
      readFileSync(join(folder, 'logs', 'echo.log'), 'utf8')
        .split('\n')
        .sort(),
    ).toEqual(['', '0', 'hello', 'problem']);
    expect(lines).toContain('echo stderr problem');
    expect(statSync(join(folder, 'logs', 'echo.log')).mode & 0o777).toBe(0o600);
  });

  test('keeps the last 50 lines, and the last one without its newline too', async () => {
    const exit = await processes.run(shell('many', 'seq 1 80; printf end'));
    expect(exit.lastLines).toHaveLength(50);
    expect(exit.lastLines.slice(-2)).toEqual(['80', 'end']);
  });

  test('appends to a log, and puts one of more than 10 MB aside', async () => {
    const file = join(folder, 'logs', 'grow.log');
    await processes.run(shell('grow', 'echo one'));
    await processes.run(shell('grow', 'echo two'));
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
    writeFileSync(file, Buffer.alloc(10 * 1024 * 1024 + 1));
    await processes.run(shell('grow', 'echo three'));
    expect(readFileSync(file, 'utf8')).toBe('three\n');
    expect(statSync(`${file}.1`).size).toBe(10 * 1024 * 1024 + 1);
  });

  test('stops when the signal aborts, and does not start when it has aborted already', async () => {
    const abort = new AbortController();
    const exit = processes.run(shell('long', 'exec sleep 60'), abort.signal);
    setTimeout(() => abort.abort(new Error('interrupted')), 50);
    expect((await exit).signal).toBe('SIGTERM');
    await expect(processes.run(shell('never', 'touch never'), abort.signal)).rejects.toThrow('interrupted');
    expect(readdirSync(folder)).not.toContain('never');
  });

  // macOS has no `setsid`.
  test.skipIf(process.platform !== 'linux')(
    'does not wait for something that left the group and holds the output open',
    async () => {
      const started = performance.now();
      const exit = await processes.run(shell('daemon', 'setsid sleep 7 & echo started'));
      expect(exit.lastLines).toEqual(['started']);
      expect(performance.now() - started).toBeLessThan(3000);
    },
  );
});

describe('a program that cannot be started', () => {
  test('is an error that names the command and the folder', async () => {
    const error: unknown = await processes
      .start(shell('none', '', { command: 'no-such-program' }))
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(LandfallError);
    expect(error).toMatchObject({
      code: 'PROCESS_NOT_STARTED',
      message: `no-such-program could not be started in ${folder}: ENOENT.`,
    });
  });

  test('is told apart from a folder that does not exist', async () => {
    const cwd = join(folder, 'absent');
    await expect(processes.start(shell('none', 'true', { cwd }))).rejects.toThrow(
      `/bin/sh could not be started in ${cwd}: the folder does not exist.`,
    );
  });

  test('shows no value of its environment', async () => {
    const env = { TOKEN: 'secret\0value' };
    const error: unknown = await processes.start(shell('none', 'true', { env })).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'PROCESS_NOT_STARTED', cause: undefined });
    expect(String(error)).not.toContain('secret');
  });
});

describe('stopping', () => {
  test('lets a program drain, and takes its re-raised signal for the clean end it is', async () => {
    const drains = `process.on('SIGTERM', function end() { setTimeout(() => { console.log('drained');
      process.removeListener('SIGTERM', end); process.kill(process.pid, 'SIGTERM') }, 200) });
      setInterval(() => {}, 1000); console.log('ready')`;
    const running = await processes.start(node('nest', drains));
    await until('ready', () => running.lastLines().includes('ready'));
    const exit = await running.stop();
    expect(exit).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(exit.lastLines.at(-1)).toBe('drained');
  });

  test('kills the whole group when the time is over', async () => {
    const running = await processes.start(
      shell('deaf', `trap '' TERM; sleep 60 & echo child $!; while :; do sleep 0.1; done`, { stopTimeoutSeconds: 0.3 }),
    );
    await until('child', () => running.lastLines().length > 0);
    const child = written(running.lastLines(), 'child');
    expect((await running.stop()).signal).toBe('SIGKILL');
    expect([runs(running.pid), runs(child)]).toEqual([false, false]);
  });

  test('uses the signal that was asked for', async () => {
    const running = await processes.start(
      shell('int', `trap 'echo got INT; exit 0' INT; echo ready; while :; do sleep 0.05; done`, {
        stopSignal: 'SIGINT',
      }),
    );
    await until('ready', () => running.lastLines().includes('ready'));
    expect(await running.stop()).toMatchObject({ code: 0, lastLines: ['ready', 'got INT'] });
  });

  test('leaves no grandchild behind when the program ends by itself', async () => {
    const running = await processes.start(shell('parent', 'sleep 60 & echo child $!; exit 3'));
    expect((await running.exited).code).toBe(3);
    expect(runs(written(running.lastLines(), 'child'))).toBe(false);
  });

  test('after the end signals nobody, however often it is called', async () => {
    const running = await processes.start(shell('short', 'exit 4'));
    await running.exited;
    expect(await Promise.all([running.stop(), running.stop()])).toMatchObject([{ code: 4 }, { code: 4 }]);
  });
});

describe('records', () => {
  test('hold what the guard needs, and no secret', async () => {
    const running = await processes.start(
      shell('svc', 'exec sleep 60', {
        env: { PATH: process.env['PATH'] ?? '', TOKEN: 'top-secret' },
        stdin: 'top-secret',
      }),
    );
    const text = readFileSync(join(folder, 'records', 'svc.json'), 'utf8');
    expect(JSON.parse(text)).toEqual({
      pid: running.pid,
      startTime: running.startTime,
      stopSignal: 'SIGTERM',
      stopTimeoutSeconds: 5,
    });
    expect(statSync(join(folder, 'records', 'svc.json')).mode & 0o777).toBe(0o600);
    await running.stop();
    expect(readdirSync(join(folder, 'records'))).toEqual([]);
  });

  test('are kept apart for two programs of one name', async () => {
    const both = await Promise.all([1, 2].map(() => processes.start(shell('twin', 'exec sleep 60'))));
    expect(readdirSync(join(folder, 'records'))).toHaveLength(2);
    await Promise.all(both.map((running) => running.stop()));
    expect(readdirSync(join(folder, 'records'))).toEqual([]);
  });
});

describe('start times', () => {
  test('name one process: another time is another process, and a zombie is none', async () => {
    const mine = (await startTimeOf(process.pid)) ?? '';
    expect(await isAlive(process.pid, mine)).toBe(true);
    expect(await isAlive(process.pid, `${mine}0`)).toBe(false);
    // Its parent is a `sleep` when it ends, and never collects it; the shell would.
    const running = await processes.start(shell('zombie', 'sleep 1 & echo child $!; exec sleep 60'));
    await until('the zombie', () => lookUp(written(running.lastLines(), 'child'))?.zombie === true);
    expect(await startTimeOf(written(running.lastLines(), 'child'))).toBeUndefined();
    await running.stop();
  });

  test('protect a stranger that has a recorded id from the sweep', async () => {
    const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    const pid = stranger.pid ?? 0;
    const file = join(folder, 'records', 'old.json');
    writeRecord(file, { pid, startTime: '1', stopSignal: 'SIGTERM', stopTimeoutSeconds: 1 });
    await processes.sweep();
    expect(runs(pid)).toBe(true);
    expect(readdirSync(join(folder, 'records'))).toEqual([]);
    stranger.kill();
  });
});
