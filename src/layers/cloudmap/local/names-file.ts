import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LocalContext } from '../../../local/contract/context.js';
import { namesFile, type NamesFile } from '../../../local/contract/names.js';
import { LocalDiscovery } from './discovery.js';

/** Writes what every name stands for now, in one step, for the hooks of task processes. Without names there is no file. */
export function writeNames(ctx: LocalContext): void {
  const file = namesFile(ctx.folders);
  const services = ctx
    .providers('discovery')
    .map((address) => ctx.connect(address, 'discovery'))
    .filter((service) => service instanceof LocalDiscovery);
  if (services.length === 0) {
    rmSync(file, { force: true });
    return;
  }
  const names: NamesFile = {
    namespaces: [...new Set(services.map(({ settings }) => settings.namespace))],
    names: Object.fromEntries(
      services.filter(({ record }) => record.instances.length > 0).map(({ name, record }) => [name, record]),
    ),
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(names));
  renameSync(`${file}.new`, file);
}
