import { access, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import type { Emulator } from './emulator.js';
import { startFaultyRegistry, type FaultyRegistry } from './faulty-registry.js';
import { startImageRegistry } from './image-registry.js';
import type { EmulatedProject } from './landfall.js';

/** What a project on the emulator needs to build: a base image, and a way to the emulator's own ECR. */
export interface BuildingSite {
  /** Stands before the emulator's ECR. */
  readonly registry: FaultyRegistry;
  /** Of the commands that build without a daemon; their temporary folder is the site's. */
  readonly env: Readonly<Record<string, string>>;
  /** From now on builds wait, until the returned function is called. */
  holdBuilds(): Promise<() => Promise<void>>;
  /** Whether a build of a service waits or has gone on. */
  isBuilding(service: string): Promise<boolean>;
  /** Writes a service in `services/` that is built by a script of its own; with a token for npm. */
  writeService(project: EmulatedProject, name: string, token: string): Promise<void>;
  /** What builds have left behind. */
  leftOvers(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** @param base folder of the base image @param ecr host and port of the emulator, asked for later */
export async function openBuildingSite(base: string, ecr: () => string): Promise<BuildingSite> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-building-'));
  const at = (name: string) => join(folder, name);
  const bases = await startImageRegistry(folder);
  await bases.add(base, 'node:22');
  const registry = await startFaultyRegistry(ecr);
  const image = `${bases.host}/node:22`;
  return {
    registry,
    env: { LANDFALL_BUILDER: 'containerify', LANDFALL_NODE_IMAGE: image, LANDFALL_KONG_IMAGE: image, TMPDIR: folder },
    holdBuilds: async () => {
      await writeFile(at('hold'), '');
      return () => rm(at('hold'));
    },
    isBuilding: (service) =>
      access(at(`building-${service}`)).then(
        () => true,
        () => false,
      ),
    writeService: async (project, name, token) => {
      const hold = `touch ${at(`building-${name}`)}; while [ -e ${at('hold')} ]; do sleep 0.1; done`;
      const build = `${hold}; mkdir -p dist && cp src/main.js dist/`;
      await project.writeFile(`services/${name}/package.json`, JSON.stringify({ name, scripts: { build } }));
      await project.writeFile(`services/${name}/src/main.js`, 'setInterval(() => {}, 1000);\n');
      await project.writeFile(`services/${name}/.npmrc`, `//registry.example/:_authToken=${token}\n`);
    },
    leftOvers: async () => (await readdir(folder)).filter((name) => name.startsWith('landfall-images-')),
    close: async () => {
      await Promise.all([registry.stop(), bases.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The image that a service's newest task definition runs. @param family such as `tiny-dev-api` */
export async function runningImage({ endpoint, account }: Emulator, family: string): Promise<string | undefined> {
  const credentials = { accessKeyId: account, secretAccessKey: 'emulator' };
  const ecs = new ECSClient({ region: 'eu-central-1', endpoint, credentials });
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: family }));
  return taskDefinition?.containerDefinitions?.find(({ name }) => family.endsWith(`-${name ?? ''}`))?.image;
}
