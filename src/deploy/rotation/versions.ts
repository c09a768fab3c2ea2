import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { awsProblem, isAwsError } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';

/** One version of a secret's value. */
export interface SecretVersion {
  readonly id: string;
  readonly value: string;
  readonly stages: readonly string[];
  readonly createdAt: Date | undefined;
}

/**
 * The versions of one secret by their stages, as a rotation needs them: `AWSPENDING` marks the value that a rotation works towards, from
 * its first step to its last, so that a rotation that was killed is found again.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version (not re-read)
 */
export interface SecretVersions {
  /** The version at a stage; undefined when there is none. */
  at(stage: string): Promise<SecretVersion | undefined>;
  /** Keeps a new value beside the current one, and marks it `AWSPENDING`. */
  propose(value: string): Promise<SecretVersion>;
  /** Makes a version the current one; the one before is `AWSPREVIOUS` then. */
  promote(version: SecretVersion): Promise<void>;
  /** Ends the rotation: takes `AWSPENDING` away. */
  settle(version: SecretVersion): Promise<void>;
  /** Puts a mark of one's own on a version, and off any other. */
  mark(version: SecretVersion, stage: string): Promise<void>;
}

const [current, pending] = ['AWSCURRENT', 'AWSPENDING'];

/** @param name such as `shop/dev/shared/REDIS`. Every call throws what `awsProblem` makes */
export function secretVersions(session: AwsSession, name: string): SecretVersions {
  const client = session.client(SecretsManagerClient);
  const asking = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw awsProblem(error, `rotate the secret ${name}`);
    });
  const at = (stage: string) => asking(versionAt(client, name, stage));
  const move = async (stage: string, to: string | undefined) => {
    const from = (await at(stage))?.id;
    if (from === to) return;
    await asking(
      client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: name,
          VersionStage: stage,
          ...(to !== undefined && { MoveToVersionId: to }),
          ...(from !== undefined && { RemoveFromVersionId: from }),
        }),
      ),
    );
  };
  return {
    at,
    propose: async (value) => {
      const put = new PutSecretValueCommand({ SecretId: name, SecretString: value, VersionStages: [pending] });
      const { VersionId: id = '' } = await asking(client.send(put));
      return { id, value, stages: [pending], createdAt: new Date() };
    },
    promote: ({ id }) => move(current, id),
    settle: () => move(pending, undefined),
    mark: ({ id }, stage) => move(stage, id),
  };
}

async function versionAt(
  client: SecretsManagerClient,
  name: string,
  stage: string,
): Promise<SecretVersion | undefined> {
  try {
    const found = await client.send(new GetSecretValueCommand({ SecretId: name, VersionStage: stage }));
    return {
      id: found.VersionId ?? '',
      value: found.SecretString ?? '',
      stages: found.VersionStages ?? [],
      createdAt: found.CreatedDate,
    };
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}
