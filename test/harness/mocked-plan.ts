import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeArtifact } from '../../src/stack/artifact.js';
import type { ArtifactFile } from '../../src/stack/layer.js';
import { attributesRead, mockedAttributes } from './mocked-plan-values.js';
import { plannedStack, type PlannedStack } from './mocked-plan-stack.js';
import type { Terraform } from './terraform.js';

/** One initialised folder in which artifacts are planned, one after the other: `init` is paid once. */
export interface Planner {
  /**
   * The artifact as Terraform plans it into an empty account: the real engine, with the real provider's schema and its checks of
   * arguments, and mocks in place of AWS. @throws with Terraform's own words when it refuses the artifact
   */
  plan(files: readonly ArtifactFile[]): Promise<PlannedStack>;
  close(): Promise<void>;
}

/** A folder in which Terraform plans against mocks. It needs no account and no network. */
export async function openPlanner(terraform: Terraform): Promise<Planner> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-plan-'));
  let initialised = false;
  return {
    plan: async (files) => {
      const artifact = mockable(artifactOf(files));
      const main = JSON.stringify(artifact);
      const others = files.filter(({ path }) => path !== 'main.tf.json' && !path.endsWith('.tfvars.json'));
      await writeArtifact(folder, [
        ...others,
        { path: 'main.tf.json', content: main },
        { path: 'mocked.tftest.json', content: JSON.stringify(testOf(artifact, main)) },
      ]);
      if (!initialised) await terraform.run(folder, 'init', '-input=false', '-backend=false');
      initialised = true;
      const lines = await terraform.run(folder, 'test', '-json', '-verbose', '-no-color').catch(explain);
      return plannedStack(artifact, planOf(lines));
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Blocks by type and name. */
type Blocks = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** As much of `main.tf.json` as is read here. */
export interface Artifact {
  readonly resource: Blocks;
  readonly data?: Blocks;
  readonly ephemeral?: Blocks;
  readonly variable?: Readonly<Record<string, object>>;
}

function artifactOf(files: readonly ArtifactFile[]): Artifact {
  const main = files.find(({ path }) => path === 'main.tf.json');
  if (typeof main?.content !== 'string') throw new Error('The artifact has no main.tf.json.');
  return JSON.parse(main.content) as Artifact;
}

/**
 * The artifact as Terraform's mocks can evaluate it. Ephemeral resources become ephemeral variables, for no mock knows them: where
 * such a value may go is checked just the same. Data sources refer to no resource, so that they are read at once. An id that a data source could also be asked by
 * is not computed in the provider's schema, so no mock fills it in: it stands here.
 */
function mockable({ ephemeral = {}, ...artifact }: Artifact): Artifact {
  const variables: Record<string, object> = { ...artifact.variable };
  const text = JSON.stringify(artifact, (key, value: unknown) => (key === 'data' ? waitingForNothing(value) : value))
    .replaceAll(
      /\bephemeral\.(aws_[a-z0-9_]+)\.([A-Za-z0-9_]+)\.([a-z_]+)/g,
      (reference, type: string, name: string, attribute: string) => {
        if (ephemeral[type]?.[name] === undefined) return reference;
        const variable = `ephemeral__${type}__${name}__${attribute}`;
        variables[variable] = { type: 'string', ephemeral: true, default: `${type}.${name}` };
        return `var.${variable}`;
      },
    )
    .replaceAll(/\$\{(data\.aws_cloudfront_[a-z_]+_policy\.[A-Za-z0-9_]+\.id)\}/g, '$1');
  return { ...(JSON.parse(text) as Artifact), ...(Object.keys(variables).length > 0 && { variable: variables }) };
}

function waitingForNothing(data: unknown): unknown {
  const text = JSON.stringify(data, (key, value: unknown) => (key === 'depends_on' ? undefined : value));
  return JSON.parse(text.replaceAll(/\$\{(aws_[^}]*)\}/g, '$1'));
}

/** A Terraform test with one plan, in which what AWS computes is known. */
function testOf({ resource, data = {}, variable = {} }: Artifact, text: string): object {
  const read = new Map<string, (readonly (string | number)[])[]>();
  for (const [target, path] of attributesRead(text)) read.set(target, [...(read.get(target) ?? []), path]);
  const overrides = (blocks: Blocks, prefix: string) =>
    Object.entries(blocks).flatMap(([type, byName]) =>
      Object.entries(byName).flatMap(([name, args]) => {
        const target = `${prefix}${type}.${name}`;
        const paths = (read.get(target) ?? []).filter(([first]) => !(String(first) in args));
        return paths.length === 0 ? [] : [{ target, override_during: 'plan', values: mockedAttributes(target, paths) }];
      }),
    );
  const images = Object.keys(variable).filter((name) => name.startsWith('image_'));
  return {
    mock_provider: { aws: [{}, { alias: 'us_east_1' }] },
    variables: Object.fromEntries(images.map((name) => [name, `sha256:${'0'.repeat(64)}`])),
    override_resource: overrides(resource, ''),
    override_data: overrides(data, 'data.'),
    run: { plan: { command: 'plan' } },
  };
}

interface Line {
  readonly type: string;
  readonly test_plan?: unknown;
  readonly diagnostic?: { readonly summary?: string; readonly detail?: string; readonly address?: string };
}

const linesOf = (output: string): readonly Line[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);

function planOf(output: string): unknown {
  const plan = linesOf(output).find(({ test_plan }) => test_plan !== undefined)?.test_plan;
  if (plan === undefined) throw new Error(`Terraform's test told no plan:\n${output}`);
  return plan;
}

/** @throws with the diagnostics alone: Terraform's own lines quote the whole artifact in each */
function explain(error: unknown): never {
  const text = error instanceof Error ? error.message : String(error);
  const said = linesOf(text).flatMap(({ diagnostic }) => (diagnostic === undefined ? [] : [diagnostic]));
  if (said.length === 0) throw error;
  const told = said.map(({ summary = '', detail = '', address = '' }) => `${address} ${summary} ${detail}`.trim());
  throw new Error(`terraform test refused the artifact:\n${told.join('\n')}`);
}
