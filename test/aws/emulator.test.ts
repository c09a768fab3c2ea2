import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJournal } from '../../src/deploy/adopt/creations.js';
import { importBlocks } from '../../src/deploy/adopt/import-blocks.js';
import { importRules } from '../../src/deploy/adopt/import-rules.js';
import { openAws } from '../../src/deploy/aws/session.js';
import { findTagged } from '../../src/deploy/aws/tagged.js';
import { secretImports } from '../../src/deploy/secrets/imports.js';
import type { ResourceType } from '../../src/stack/stack.js';
import { artifactFiles, type Synthesis } from '../../src/stack/synth.js';
import { openEmulated, type EmulatedArtifact } from '../harness/emulated.js';
import { inventoryOf } from '../harness/emulator-inventory.js';
import { findEmulator, type Emulator } from '../harness/emulator.js';
import { exampleConfig, synthesisOf } from '../harness/stacks.js';
import { findTerraform, requireOnCi } from '../harness/terraform.js';

const terraform = await findTerraform();
requireOnCi('terraform', terraform);
const found = await findEmulator();
requireOnCi(`The AWS emulator (${found.reason ?? ''})`, found.startEmulator);

const absent = terraform === undefined ? 'Terraform is absent' : found.reason;
const title = `the example in an AWS emulator${absent === undefined ? '' : ` (skipped: ${absent})`}`;

const input = await exampleConfig('full');

interface Emulated {
  readonly emulator: Emulator;
  readonly artifact: EmulatedArtifact;
  readonly region: string;
  readonly synthesis: Synthesis;
}

const started = Date.now();

/** An environment of the example with an emulator of its own. */
async function emulate(environment: string): Promise<Emulated> {
  if (terraform === undefined || found.startEmulator === undefined) throw new Error('The suite is skipped.');
  const synthesis = synthesisOf(input, environment);
  const { region } = synthesis.stack;
  const emulator = await found.startEmulator(region);
  const artifact = await openEmulated(artifactFiles(synthesis), emulator, terraform, (what) => {
    const seconds = String(Math.round((Date.now() - started) / 1000));
    process.stderr.write(`emulator: ${environment}: ${what} (${seconds} s)\n`);
  });
  return { emulator, artifact, region, synthesis };
}

async function close({ artifact, emulator }: Emulated): Promise<void> {
  await emulator.stop();
  await artifact.close();
}

const isMadeAgain = (type: string): boolean => 'instead' in importRules[type as ResourceType];

/** A plan is empty right after an apply: whatever is read back is what was written. */
describe.skipIf(absent !== undefined)(title, () => {
  let dev: Emulated;
  let before: Awaited<ReturnType<typeof inventoryOf>>;
  /** Applied beside the other: nearly all of the time is the provider's own waiting. */
  let prod: Emulated;
  let prodApplied: Promise<unknown>;

  beforeAll(async () => {
    [dev, prod] = await Promise.all([emulate('dev'), emulate('prod')]);
    before = await inventoryOf(dev.emulator, dev.region);
    prodApplied = prod.artifact.apply().then(
      () => undefined,
      (error: unknown) => error,
    );
  });

  afterAll(async () => {
    await Promise.all([close(dev), close(prod)]);
  });

  let told: string;

  test('dev is applied whole', async () => {
    told = await dev.artifact.apply();
  });

  test('dev needs nothing more right after', async () => {
    expect(await dev.artifact.plan()).toEqual([]);
  });

  test('a state that knows nothing takes all of dev over from what Terraform told', async () => {
    const { emulator, region, synthesis, artifact } = dev;
    const credentials = { accessKeyId: emulator.account, secretAccessKey: 'emulator' };
    const session = await openAws({ region, endpoint: emulator.endpoint, credentials });
    const { creations } = readJournal(told);
    const tagged = () => findTagged(session, synthesis.manifest);
    const byName = await secretImports(session, synthesis.stack);
    const blocks = [...(await importBlocks(synthesis.stack, creations, tagged)), ...byName];
    const missing = creations
      .map(({ address }) => address)
      .filter((address) => !blocks.some(({ to }) => to === address));
    expect(missing.filter((address) => !isMadeAgain(address.split('.')[0] ?? ''))).toEqual([]);
    const changes = await artifact.planFromNothing(blocks.map(({ to, id }) => ({ to, id })));
    // Arguments that AWS does not give back, such as force_destroy, are set again.
    const more = changes.filter(({ actions }) => actions.join() !== 'update');
    expect(more.filter(({ type }) => !isMadeAgain(type))).toEqual([]);
    expect(more.map(({ address }) => address).toSorted()).toEqual(missing.toSorted());

    const guessed = await importBlocks(
      synthesis.stack,
      creations.map(({ address }) => ({ address })),
      tagged,
    );
    const ids = new Map(blocks.map(({ to, id }) => [to, id]));
    expect(guessed.filter(({ to, id }) => ids.get(to) !== id)).toEqual([]);
    expect(guessed.map(({ to }) => to)).toEqual(
      expect.arrayContaining(['aws_vpc.main', 'aws_nat_gateway.a', 'aws_lb.main', 'aws_cloudfront_distribution.api']),
    );
  });

  test('prod is applied whole, and needs nothing more right after', async () => {
    expect(await prodApplied).toBeUndefined();
    expect(await prod.artifact.plan()).toEqual([]);
  });

  test('a new image of a service changes its task definition and its service alone', async () => {
    await dev.artifact.changeImage('image_auth_service');
    expect(await dev.artifact.plan()).toMatchObject([
      { address: 'aws_ecs_service.auth_service', actions: ['update'], attributes: ['task_definition'] },
      { address: 'aws_ecs_task_definition.auth_service', actions: ['delete', 'create'] },
    ]);
  });

  test('dev is destroyed without a trace', async () => {
    await dev.artifact.destroy();
    expect(await dev.artifact.state()).toEqual([]);
    // Terraform keeps the revisions of task definitions; infra:destroy removes them (deploy.test.ts).
    const after = await inventoryOf(dev.emulator, dev.region);
    expect({ ...after, 'task definitions': [] }).toEqual({ ...before, 'task definitions': [] });
  });
});
