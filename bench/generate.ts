/** `npm run bench:generate`: time and memory of `infra:generate` for 2, 20 and 60 services, beside `terraform validate` of the same artifact. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTerraform } from '../test/harness/terraform.js';

const runs = 7;
const bin = fileURLToPath(new URL('../bin/landfall.js', import.meta.url));
const shop = fileURLToPath(new URL('../examples/shop/landfall.config.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-generate-'));
const terraform = await findTerraform();
const results: Record<string, string> = {};

const project = (count: number) => ({
  project: 'bench',
  region: 'eu-central-1',
  services: Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `service-${String(index)}`,
      {
        type: 'nestjs',
        path: 'x',
        port: 3000 + index,
        database: `db_${String(index)}`,
        redis: true,
        routes: [{ path: `/p${String(index)}` }],
      },
    ]),
  ),
  environments: { dev: { domain: 'bench.example.org', defaults: { minInstances: 0 } } },
});

interface Run {
  readonly ms: number;
  /** Largest resident set, MiB. */
  readonly memoryMiB: number;
}

/** One whole process, as a user starts it. */
function generate(config: string, out: string): Promise<Run> {
  const started = performance.now();
  const child = spawn(process.execPath, [bin, 'infra:generate', '--env', 'dev', '--config', config, '--out', out], {
    stdio: 'ignore',
  });
  let memoryKb = 0;
  const poll = setInterval(() => {
    const status = spawnStatus(child.pid);
    memoryKb = Math.max(memoryKb, status);
  }, 20);
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => {
      clearInterval(poll);
      if (code !== 0) reject(new Error(`infra:generate ended with ${String(code)}.`));
      else resolve({ ms: performance.now() - started, memoryMiB: memoryKb / 1024 });
    });
  });
}

/** `VmHWM` of a process in KiB; 0 where there is no /proc. */
function spawnStatus(pid: number | undefined): number {
  const { stdout } = spawnSync('cat', [`/proc/${String(pid)}/status`], { encoding: 'utf8' });
  return Number(/VmHWM:\s+(\d+)/.exec(stdout)?.[1] ?? 0);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function measure(label: string, config: string): Promise<number> {
  const out = join(folder, label.replaceAll(' ', '-'));
  await generate(config, out);
  const all: Run[] = [];
  for (let run = 0; run < runs; run += 1) all.push(await generate(config, out));
  const ms = median(all.map((run) => run.ms));
  const main = JSON.parse(await readFile(join(out, 'main.tf.json'), 'utf8')) as {
    readonly resource: Readonly<Record<string, object>>;
  };
  const resources = Object.values(main.resource).reduce((sum, named) => sum + Object.keys(named).length, 0);
  const peer = terraform === undefined ? '' : `; ${await beside(out, ms)}`;
  results[label] =
    `${ms.toFixed(0)} ms, ${median(all.map((run) => run.memoryMiB)).toFixed(0)} MiB, ${String(resources)} resources${peer}`;
  process.stdout.write(`${label}: ${results[label]}\n`);
  return ms;
}

async function beside(out: string, ms: number): Promise<string> {
  await terraform?.run(out, 'init', '-input=false', '-backend=false');
  const started = performance.now();
  await terraform?.run(out, 'validate');
  const validate = performance.now() - started;
  return `terraform validate ${validate.toFixed(0)} ms, ${(validate / ms).toFixed(1)} × as long`;
}

try {
  const started: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const from = performance.now();
    spawnSync(process.execPath, [bin, '--version']);
    started.push(performance.now() - from);
  }
  results['landfall --version'] = `${median(started).toFixed(0)} ms`;
  await measure('the shop', shop);
  const times: number[] = [];
  for (const count of [2, 20, 60]) {
    const config = join(folder, `${String(count)}.json`);
    await writeFile(config, JSON.stringify(project(count)));
    times.push(await measure(`${String(count)} services`, config));
  }
  const [two = 0, twenty = 0, sixty = 0] = times;
  results['growth'] =
    `${((twenty - two) / 18).toFixed(1)} ms a service from 2 to 20, ${((sixty - twenty) / 40).toFixed(1)} ms from 20 to 60`;
  results['machine'] = `${String(cpus().length)} × ${cpus()[0]?.model ?? ''}, Node ${process.versions.node}`;
  results['date'] = new Date().toISOString().slice(0, 10);
  await writeFile(fileURLToPath(new URL('generate.json', import.meta.url)), `${JSON.stringify(results, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
