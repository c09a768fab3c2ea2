import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeArtifact } from '../../src/stack/artifact.js';
import type { ArtifactFile } from '../../src/stack/layer.js';
import { createHostedZone } from './aws-request.js';
import type { Emulator } from './emulator.js';
import { plannedChanges, type PlannedChange } from './planned-changes.js';
import type { Terraform } from './terraform.js';

/** An artifact in a folder from which the real Terraform works on the emulator. Each step throws with Terraform's own words. */
export interface EmulatedArtifact {
  /** @returns what Terraform told, one message a line */
  apply(): Promise<string>;
  /** What Terraform would change now. */
  plan(): Promise<readonly PlannedChange[]>;
  /** What Terraform would change with these `import` blocks, if its state knew nothing; the state stays as it is. */
  planFromNothing(imports: readonly object[]): Promise<readonly PlannedChange[]>;
  destroy(): Promise<void>;
  /** The addresses in Terraform's state. */
  state(): Promise<readonly string[]>;
  /** Gives an image another digest, as a deploy of changed code does. @param variable such as `image_gateway` */
  changeImage(variable: string): Promise<void>;
  close(): Promise<void>;
}

/** As much of `main.tf.json` as is read here. */
interface MainFile {
  readonly terraform: { readonly backend?: object };
  readonly provider: { readonly aws: readonly { readonly alias?: string }[] };
  readonly data?: { readonly aws_route53_zone?: Readonly<Record<string, { readonly name: string }>> };
  readonly variable?: Readonly<Record<string, object>>;
}

const options = ['-input=false', '-no-color', '-parallelism=30'];

/**
 * Writes the artifact as it is; beside it, in files of their own, provider settings for an emulator and the images' digests.
 * Makes the hosted zones that the artifact looks up, and initialises Terraform.
 * @param say is told when a step begins and ends, and every half minute between
 */
export async function openEmulated(
  files: readonly ArtifactFile[],
  emulator: Emulator,
  terraform: Terraform,
  say: (what: string) => void,
): Promise<EmulatedArtifact> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-emulated-'));
  const main = mainOf(files);
  const images = digestsOf(main);
  const writeImages = () => writeFile(join(folder, 'images.auto.tfvars.json'), JSON.stringify(images));
  await writeArtifact(folder, files);
  await writeFile(join(folder, 'emulator_override.tf.json'), JSON.stringify(overrideOf(main)));
  await writeImages();
  for (const name of zonesOf(main)) await createHostedZone(emulator, name);
  const inEmulator = terraform.withEnvironment(emulator.env);
  const run = (...args: readonly string[]) =>
    inEmulator.run(folder, ...args).catch((error: unknown) => {
      throw new Error(`${errorsIn(String(error))}\n${emulator.log()}`);
    });
  const step = async (...args: readonly [string, ...string[]]) => {
    const [name] = args;
    say(`${name} …`);
    const beat = setInterval(() => say(`${name} …`), 30_000);
    try {
      const output = await run(...args, ...options);
      say(`${name}: done${longest(output)}`);
      return output;
    } finally {
      clearInterval(beat);
    }
  };
  await run('init', '-input=false');
  const plan = async () => {
    await step('plan', '-out=plan');
    return plannedChanges(await run('show', '-json', 'plan'));
  };
  return {
    apply: () => step('apply', '-auto-approve', '-json'),
    plan,
    planFromNothing: async (imports) => {
      const file = join(folder, 'imports.tf.json');
      const state = join(folder, 'terraform.tfstate');
      await writeFile(file, JSON.stringify({ import: imports }));
      await rename(state, `${state}.kept`);
      try {
        return await plan();
      } finally {
        await rename(`${state}.kept`, state);
        await rm(file);
      }
    },
    destroy: async () => {
      await step('destroy', '-auto-approve', '-refresh=false');
    },
    state: async () => (await run('state', 'list')).split('\n').filter((line) => line !== ''),
    changeImage: async (variable) => {
      const digest = images[variable];
      if (digest === undefined) throw new Error(`The artifact has no variable ${variable}.`);
      images[variable] = digestOf(digest);
      await writeImages();
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function mainOf(files: readonly ArtifactFile[]): MainFile {
  const main = files.find(({ path }) => path === 'main.tf.json');
  if (typeof main?.content !== 'string') throw new Error('The artifact has no main.tf.json.');
  return JSON.parse(main.content) as MainFile;
}

/** Settings that only an emulator needs. Terraform merges them into the provider blocks of the artifact, alias by alias. */
function overrideOf({ provider, terraform }: MainFile): object {
  const settings = {
    s3_use_path_style: true,
    skip_credentials_validation: true,
    skip_metadata_api_check: 'true',
    skip_region_validation: true,
    max_retries: 3,
  };
  return {
    provider: { aws: provider.aws.map(({ alias }) => ({ ...(alias !== undefined && { alias }), ...settings })) },
    ...(terraform.backend !== undefined && { terraform: { backend: { local: {} } } }),
  };
}

const zonesOf = ({ data }: MainFile): ReadonlySet<string> =>
  new Set(Object.values(data?.aws_route53_zone ?? {}).map(({ name }) => name));

const digestsOf = ({ variable = {} }: MainFile): Record<string, string> =>
  Object.fromEntries(
    Object.keys(variable)
      .filter((name) => name.startsWith('image_'))
      .map((name) => [name, digestOf(name)]),
  );

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** Terraform prints its whole plan, or all its messages, before what went wrong. */
function errorsIn(words: string): string {
  const messages = words.split('\n').filter((line) => line.includes('"@level":"error"'));
  return messages.length > 0 ? messages.join('\n') : words.slice(Math.max(0, words.indexOf('\nError:')));
}

/** Words on the three resources that took longest; none when nothing was made or destroyed. */
function longest(output: string): string {
  const times = [...output.matchAll(/([\w.]+): (?:Creation|Destruction) complete after (?:(\d+)m)?(\d+)s/g)].map(
    ([, address = '', minutes = '0', seconds = '0']) => ({ address, seconds: Number(minutes) * 60 + Number(seconds) }),
  );
  const words = times
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, 3)
    .map(({ address, seconds }) => `${address} ${String(seconds)} s`);
  return words.length === 0 ? '' : `; longest: ${words.join(', ')}`;
}
