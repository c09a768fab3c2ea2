import { Refusal, type Operations } from './aws.js';

interface Version {
  readonly value: string;
  readonly stages: Set<string>;
}

interface Held {
  readonly versions: Map<string, Version>;
  deleted: boolean;
}

/** Secrets Manager in memory: versions with their stages, and secrets that are being deleted. */
export class FakeSecretsManager {
  readonly #secrets = new Map<string, Held>();

  /** A secret as Terraform makes it, with a value or without. */
  add(name: string, value?: string): void {
    this.#secrets.set(name, { versions: new Map(), deleted: false });
    if (value !== undefined) this.#put(name, value, ['AWSCURRENT']);
  }

  value(name: string, stage = 'AWSCURRENT'): string | undefined {
    return [...(this.#secrets.get(name)?.versions.values() ?? [])].find(({ stages }) => stages.has(stage))?.value;
  }

  get names(): readonly string[] {
    return [...this.#secrets].flatMap(([name, { deleted }]) => (deleted ? [] : [name]));
  }

  readonly operations: Operations = {
    ListSecrets: () => ({
      SecretList: [...this.#secrets].map(([name, { versions, deleted }]) => ({
        Name: name,
        ARN: arnOf(name),
        ...(deleted && { DeletedDate: 1_700_000_000 }),
        LastChangedDate: 1_700_000_000,
        ...(versions.size > 0 && {
          SecretVersionsToStages: Object.fromEntries([...versions].map(([id, { stages }]) => [id, [...stages]])),
        }),
      })),
    }),
    GetSecretValue: ({ SecretId, VersionStage = 'AWSCURRENT' }) => {
      const name = String(SecretId);
      const value = this.#usable(name) && this.value(name, String(VersionStage));
      if (typeof value !== 'string') throw new Refusal('ResourceNotFoundException');
      const [id, version] =
        [...this.#held(name).versions].find(([, { stages }]) => stages.has(String(VersionStage))) ?? [];
      return {
        Name: name,
        ARN: arnOf(name),
        SecretString: value,
        VersionId: id,
        VersionStages: [...(version?.stages ?? [])],
      };
    },
    DescribeSecret: ({ SecretId }) => {
      const { versions } = this.#held(String(SecretId));
      const stages = [...versions].filter(([, version]) => version.stages.size > 0);
      return {
        Name: SecretId,
        VersionIdsToStages: Object.fromEntries(stages.map(([id, version]) => [id, [...version.stages]])),
      };
    },
    PutSecretValue: ({ SecretId, SecretString, VersionStages }) => {
      this.#usable(String(SecretId));
      const stages = (VersionStages as readonly string[] | undefined) ?? ['AWSCURRENT'];
      return { VersionId: this.#put(String(SecretId), String(SecretString), stages) };
    },
    UpdateSecretVersionStage: ({ SecretId, VersionStage, MoveToVersionId }) => {
      this.#move(String(SecretId), String(VersionStage), MoveToVersionId);
      return {};
    },
    CreateSecret: ({ Name, SecretString }) => {
      if (this.#secrets.has(String(Name))) throw new Refusal('ResourceExistsException');
      this.add(String(Name), typeof SecretString === 'string' ? SecretString : undefined);
      return { ARN: arnOf(String(Name)) };
    },
    RestoreSecret: ({ SecretId }) => {
      this.#held(String(SecretId)).deleted = false;
      return {};
    },
    DeleteSecret: ({ SecretId, ForceDeleteWithoutRecovery }) => {
      if (ForceDeleteWithoutRecovery === true) this.#secrets.delete(String(SecretId));
      else this.#held(String(SecretId)).deleted = true;
      return {};
    },
  };

  #held(name: string): Held {
    const held = this.#secrets.get(name);
    if (held === undefined) throw new Refusal('ResourceNotFoundException');
    return held;
  }

  #usable(name: string): boolean {
    if (this.#held(name).deleted) throw new Refusal('InvalidRequestException', 'It was marked for deletion.');
    return true;
  }

  #put(name: string, value: string, stages: readonly string[]): string {
    const { versions } = this.#held(name);
    const id = `${String(versions.size + 1).padStart(8, '0')}-0000-0000-0000-000000000000`;
    versions.set(id, { value, stages: new Set() });
    for (const stage of stages) this.#move(name, stage, id);
    return id;
  }

  #move(name: string, stage: string, to: unknown): void {
    const { versions } = this.#held(name);
    const holder = [...versions].find(([, { stages }]) => stages.has(stage));
    for (const version of versions.values()) version.stages.delete(stage);
    if (stage === 'AWSCURRENT' && holder !== undefined && holder[0] !== to) {
      for (const version of versions.values()) version.stages.delete('AWSPREVIOUS');
      holder[1].stages.add('AWSPREVIOUS');
    }
    if (typeof to === 'string') versions.get(to)?.stages.add(stage);
  }
}

const arnOf = (name: string): string => `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-AbCdEf`;
