import { DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import {
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  paginateListSecrets,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { stateKey } from '../../src/deploy/state/bucket.js';
import { openAws, type AwsSession } from '../../src/deploy/aws/session.js';
import { describeServices } from '../../src/deploy/services/ecs.js';
import { checkDocument } from '../../src/cli/documents.js';
import { createHostedZone } from './aws-request.js';
import { watchCommandLines, type CommandLineWatch } from './command-lines.js';
import { startedContainers } from './emulated-containers.js';
import type { Emulator, FoundEmulator } from './emulator.js';
import { openEmulatedProject, type EmulatedProject, type Ended } from './landfall.js';
import type { Terraform } from './terraform.js';

export const region = 'eu-central-1';

/** Values that a user gives; they must be found nowhere but in Secrets Manager. */
export const planted = {
  'api/PAYMENT_KEY': ['pay_live_7Qw"e$R', "pay_live_8Zx'c%V"],
  'mailer/SMTP_PASSWORD': ['smtp_4tY&uI o!P'],
} as const;

const services = {
  api: {
    type: 'nestjs',
    path: 'services/api',
    port: 3001,
    routes: [{ path: '/api' }],
    database: 'api_db',
    migrate: 'npm run migrate',
    secrets: ['PAYMENT_KEY'],
  },
  mailer: { type: 'worker', path: 'services/mailer', redis: true, secrets: ['SMTP_PASSWORD'] },
};

/** A service with a database that it migrates, a worker with Redis, each with a secret, and the gateway. */
export const configOf = (environment: object = {}) => ({
  project: 'tiny',
  region,
  services,
  // What can sleep brings the gateway's key for the function that wakes it.
  environments: {
    dev: {
      domain: 'dev.example.com',
      hostedZone: 'example.com',
      services: { api: { minInstances: 0 } },
      ...environment,
    },
  },
});

export const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** Options of a deploy of images that are made of these digits; the other services keep those of the first deploy. */
export const deployOptions = (digits: Readonly<Record<string, string>> = {}): readonly string[] => [
  '--yes',
  '--no-verify',
  ...Object.entries({ gateway: '1', api: '1', mailer: '1', ...digits }).flatMap(([service, digit]) => [
    '--image',
    `${service}=${digest(digit)}`,
  ]),
];

/** Whole command lines on one project, one after the other. */
export interface Operations {
  readonly emulator: Emulator;
  readonly project: EmulatedProject;
  readonly session: AwsSession;
  /** Runs it, and checks what it printed against the published schema. */
  run(command: string, ...args: readonly string[]): Promise<Ended>;
  runWithInput(input: string, command: string, ...args: readonly string[]): Promise<Ended>;
  /** Runs it until its progress shows this, and kills it with SIGKILL. */
  killAt(shown: RegExp, command: string, ...args: readonly string[]): Promise<Ended>;
  /** The same as `run`, and throws unless it ends well. */
  done(command: string, ...args: readonly string[]): Promise<Ended>;
  /** All that the commands printed until now. */
  printed(): string;
  readonly commandLines: CommandLineWatch;
  close(): Promise<void>;
}

export async function openOperations(found: FoundEmulator, terraform: Terraform | undefined): Promise<Operations> {
  if (terraform === undefined || found.startEmulator === undefined) throw new Error('The suite is skipped.');
  const emulator = await found.startEmulator(region, { containers: true });
  await createHostedZone(emulator, 'example.com');
  const project = await openEmulatedProject(emulator, terraform);
  await project.writeConfig(configOf());
  for (const name of Object.keys(services))
    await project.writeFile(`services/${name}/package.json`, JSON.stringify({ name }));
  const { endpoint, account } = emulator;
  const credentials = { accessKeyId: account, secretAccessKey: 'emulator' };
  const commandLines = watchCommandLines();
  const printed: string[] = [];
  const noted = async (command: string, ended: Ended): Promise<Ended> => {
    process.stderr.write(`operations: ${command} ${String(ended.code)} ${ended.seconds.toFixed(1)} s\n`);
    printed.push(JSON.stringify(ended.document), ended.stderr);
    if (ended.code !== null) await checkDocument(command, ended.code, JSON.stringify(ended.document));
    return ended;
  };
  const run = async (command: string, ...args: readonly string[]) =>
    noted(command, await project.run(command, ...args));
  return {
    emulator,
    project,
    session: await openAws({ region, endpoint, credentials }),
    run,
    runWithInput: async (input, command, ...args) =>
      noted(command, await project.runWithInput(input, command, ...args)),
    killAt: async (shown, command, ...args) => noted(command, await project.killAt(shown, command, ...args)),
    done: async (command, ...args) => {
      const ended = await run(command, ...args);
      if (ended.code !== 0) throw new Error(`${JSON.stringify(ended.document)}\n${ended.stderr}\n${emulator.log()}`);
      return ended;
    },
    printed: () => printed.join('\n'),
    commandLines,
    close: async () => {
      commandLines.stop();
      await emulator.stop();
      await project.close();
    },
  };
}

export const errorsOf = ({ document }: Ended) =>
  (document?.['errors'] ?? []) as readonly { readonly code: string; readonly message: string; readonly fix: string }[];

export const codesOf = (ended: Ended): readonly string[] => errorsOf(ended).map(({ code }) => code);

export const changesOf = ({ document }: Ended): readonly string[] =>
  (document?.['changes'] as readonly { readonly address: string; readonly action: string }[]).map(
    ({ address, action }) => `${action} ${address}`,
  );

/** How a service stands: the image of its tasks, and the deployment that they come from. */
export async function standing({ session }: Operations, service: string) {
  const name = `tiny-dev-${service}`;
  const state = (await describeServices(session, 'tiny-dev', [name])).get(name);
  const primary = state?.deployments?.find(({ status }) => status === 'PRIMARY');
  const { taskDefinition } = await session
    .client(ECSClient)
    .send(new DescribeTaskDefinitionCommand({ taskDefinition: state?.taskDefinition }));
  const own = taskDefinition?.containerDefinitions?.find((one) => one.name === service);
  return { image: own?.image?.split('@')[1], deployment: primary?.id, running: state?.runningCount };
}

/** The container that was started last for a service itself, not for a one-off task. */
export async function newestContainer({ emulator }: Operations, service: string) {
  const all = await startedContainers(emulator);
  return all.findLast(({ image, command }) => image.includes(`/tiny-dev-${service}@`) && !isMigration(command));
}

export const isMigration = (command: readonly string[] | null): boolean => command?.at(-1) === 'npm run migrate';

/** The value that a secret has now. @param key such as `api/PAYMENT_KEY` */
export async function secretValue({ session }: Operations, key: string): Promise<string> {
  const SecretId = `tiny/dev/${key}`;
  const { SecretString = '' } = await session
    .client(SecretsManagerClient)
    .send(new GetSecretValueCommand({ SecretId }));
  return SecretString;
}

/** Every value that any version of any secret has, by the secret's name. */
export async function everySecretValue({ session }: Operations): Promise<ReadonlyMap<string, readonly string[]>> {
  const client = session.client(SecretsManagerClient);
  const found = new Map<string, readonly string[]>();
  for await (const { SecretList = [] } of paginateListSecrets({ client }, {})) {
    for (const { Name = '', ARN: SecretId } of SecretList) {
      const { Versions = [] } = await client.send(
        new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true }),
      );
      const values = Versions.map(async ({ VersionId }) => {
        const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId, VersionId }));
        return SecretString;
      });
      found.set(Name, await Promise.all(values));
    }
  }
  return found;
}

/** Terraform's state, as it stands in its bucket. */
export async function stateText({ session }: Operations): Promise<string> {
  const Bucket = `tiny-dev-tfstate-${session.accountId}`;
  const { Body } = await session.client(S3Client).send(new GetObjectCommand({ Bucket, Key: stateKey }));
  return (await Body?.transformToString()) ?? '';
}
