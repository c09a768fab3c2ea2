import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Measures, prints, and keeps it beside this file with where, when and beside which load it was measured. */
export async function record(file: string, work: () => Promise<Readonly<Record<string, string>>>): Promise<void> {
  const load = loadavg()[0]?.toFixed(1) ?? '';
  const results: Readonly<Record<string, string>> = {
    ...(await work()),
    machine: `${String(cpus().length)} × ${cpus()[0]?.model ?? ''}, Node ${process.versions.node}, load average ${load} when it began`,
    date: new Date().toISOString().slice(0, 10),
  };
  for (const [label, value] of Object.entries(results)) process.stdout.write(`${label}: ${value}\n`);
  await writeFile(fileURLToPath(new URL(file, import.meta.url)), `${JSON.stringify(results, null, 2)}\n`);
}
