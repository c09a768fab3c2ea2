import type { Config } from '../config/config.js';
import { LandfallError } from '../base/errors.js';
import type { ArtifactFile, Layer, SynthPart } from './layer.js';
import type { Manifest } from './manifest.js';
import { overridden } from './override.js';
import { refsOf } from './refs.js';
import { referencesIn, type Reference } from './expr.js';
import { addressOf, dependenciesOf, targetOf, type Stack } from './stack.js';
import { scannerConfig } from './scanner-config.js';
import { viewOf } from './view.js';
import { writeTerraformJson } from './terraform-json.js';

type Room = Pick<Layer, 'name' | 'synth' | 'files' | 'scannerSkips'>;

/** The Stack, and what Terraform cannot hold. */
export interface Synthesis {
  readonly stack: Stack;
  readonly manifest: Manifest;
  readonly files: readonly ArtifactFile[];
}

/**
 * Joins what every room makes of the config: the only place after which nothing reads it. The same config gives the same result.
 * @throws LandfallError `STACK_INCONSISTENT` when two rooms use one address, or name a variable or an output twice, or when a reference points nowhere; what `override` throws
 */
export function synthesise(config: Config, rooms: readonly Room[]): Synthesis {
  const refs = refsOf(config);
  const parts = rooms.map((room) => room.synth(config, refs));
  const made: Stack = {
    project: config.project,
    environment: config.environment,
    region: config.region,
    ...(config.account !== undefined && { account: config.account }),
    resources: byAddress(collect(parts, 'resources')),
    data: byAddress(collect(parts, 'data')),
    ephemeral: byAddress(collect(parts, 'ephemeral')),
    variables: byName(collect(parts, 'variables')),
    outputs: byName(collect(parts, 'outputs')),
  };
  assertConsistent(made, '');
  const stack = overridden(made, config.override);
  if (stack !== made) assertConsistent(stack, ` Does the override of ${config.environment} leave a reference behind?`);
  return {
    stack,
    manifest: manifestOf(config, parts),
    files: [
      ...rooms.flatMap((room) => room.files?.(config, refs) ?? []),
      ...scannerConfig(rooms.flatMap((room) => room.scannerSkips?.(config) ?? [])),
    ],
  };
}

/** The files of the artifact, `main.tf.json` and `manifest.json` among them. */
export function artifactFiles({ stack, manifest, files }: Synthesis): readonly ArtifactFile[] {
  return [
    { path: 'main.tf.json', content: writeTerraformJson(stack) },
    { path: 'manifest.json', content: `${JSON.stringify(manifest, null, 2)}\n` },
    ...files,
  ];
}

function collect<K extends Exclude<keyof SynthPart, 'manifest'>>(
  parts: readonly SynthPart[],
  key: K,
): NonNullable<SynthPart[K]>[number][] {
  return parts.flatMap((part) => [...(part[key] ?? [])] as NonNullable<SynthPart[K]>[number][]);
}

function manifestOf(config: Config, parts: readonly SynthPart[]): Manifest {
  const manifests = parts.map((part) => part.manifest ?? {});
  return {
    version: 1,
    project: config.project,
    environment: config.environment,
    region: config.region,
    domain: config.domain,
    images: manifests.flatMap(({ images }) => images ?? []).toSorted(by(({ service }) => service)),
    sites: manifests.flatMap(({ sites }) => sites ?? []).toSorted(by(({ service }) => service)),
    endpoints: manifests.flatMap(({ endpoints }) => endpoints ?? []),
  };
}

const by =
  <T>(key: (item: T) => string) =>
  (a: T, b: T): number =>
    key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;

const byName = <T extends { readonly name: string }>(items: readonly T[]): readonly T[] =>
  items.toSorted(by(({ name }) => name));

const byAddress = <T extends { readonly type: string; readonly name: string }>(nodes: readonly T[]): readonly T[] =>
  nodes.toSorted(by(({ type, name }) => `${type}.${name}`));

function assertConsistent(stack: Stack, hint: string): void {
  const { nodes } = viewOf(stack);
  const all = declared(stack);
  const twice = all.filter((address, index) => all.indexOf(address) !== index);
  if (twice.length > 0) throw inconsistent(`Two rooms emit one address: ${twice.join(', ')}.`, hint);
  const known = new Set(all);
  const users = [
    ...[...nodes].map(([address, node]) => [address, [...dependenciesOf(node), ...variablesIn(node.args)]] as const),
    ...stack.outputs.map(({ name, value }) => [`output.${name}`, referencesIn(value).map(pointed)] as const),
  ];
  const dangling = users.flatMap(([address, targets]) =>
    targets.filter((target) => !known.has(target)).map((target) => `${address} → ${target}`),
  );
  if (dangling.length > 0) throw inconsistent(`References point to nothing: ${dangling.join(', ')}.`, hint);
}

/** Every name that the Stack gives: addresses, variables and outputs. */
function declared(stack: Stack): readonly string[] {
  return [
    ...stack.resources.map((node) => addressOf('resource', node)),
    ...stack.data.map((node) => addressOf('data', node)),
    ...stack.ephemeral.map((node) => addressOf('ephemeral', node)),
    ...stack.variables.map(({ name }) => `var.${name}`),
    ...stack.outputs.map(({ name }) => `output.${name}`),
  ];
}

const pointed = (reference: Reference): string => targetOf(reference) ?? `var.${reference.target}`;

const variablesIn = (args: unknown): readonly string[] =>
  referencesIn(args)
    .filter(({ kind }) => kind === 'var')
    .map(pointed);

function inconsistent(message: string, hint: string): LandfallError {
  return new LandfallError({
    code: 'STACK_INCONSISTENT',
    message,
    fix: hint === '' ? 'This is a mistake in Landfall: please report it with your config.' : hint.trim(),
  });
}
