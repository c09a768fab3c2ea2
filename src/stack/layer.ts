import type { Config } from '../config/config.js';
import type { AwsApi } from '../local/contract/aws-api.js';
import type { LocalContext, TaskRuntime } from '../local/contract/context.js';
import type { ManifestPart } from './manifest.js';
import type { Refs } from './refs.js';
import type {
  AnyDataSource,
  AnyEphemeral,
  AnyResource,
  DataType,
  EphemeralType,
  Output,
  Resource,
  ResourceType,
  Variable,
} from './stack.js';
import type { StackView } from './view.js';

/** The rooms, one for each AWS layer. */
export type LayerName =
  | 'alb'
  | 'app-runner'
  | 'cloudfront'
  | 'cloudmap'
  | 'dns'
  | 'ecs'
  | 'elasticache'
  | 'gateway'
  | 'iam'
  | 'jobs'
  | 'kms'
  | 'lambda'
  | 'network'
  | 'observability'
  | 'rds'
  | 's3'
  | 'secrets'
  | 'waf';

/**
 * All that the project knows of one AWS layer. `T`, `D` and `E` are the types it owns: it answers for their cost and their local
 * behaviour. Synth may emit types that another room owns (a role, a log group, a security-group rule).
 */
export interface Layer<T extends ResourceType = never, D extends DataType = never, E extends EphemeralType = never> {
  readonly name: LayerName;
  synth(config: Config, refs: Refs): SynthPart;
  readonly cost: { readonly [K in T]: CostRule<K> };
  readonly audit: readonly AuditRule[];
  /** Scanner checks that this room's resources fail on purpose; they travel in the artifact's `.checkov.yaml`. */
  readonly scannerSkips?: (config: Config) => readonly ScannerSkip[];
  readonly local: { readonly [K in T]: LocalRule };
  readonly localData?: { readonly [K in D]: LocalReader };
  readonly localEphemeral?: { readonly [K in E]: LocalReader };
  /** Runtimes for images of this room's kind. */
  readonly runtimes?: Readonly<Record<string, TaskRuntime>>;
  /** What of AWS's API the local endpoint answers for this room. */
  readonly awsApis?: readonly AwsApi[];
  /** Files of the artifact besides `main.tf.json` and `manifest.json`. */
  files?(config: Config, refs: Refs): readonly ArtifactFile[];
}

/** What one room adds to the Stack. */
export interface SynthPart {
  readonly resources?: readonly AnyResource[];
  readonly data?: readonly AnyDataSource[];
  readonly ephemeral?: readonly AnyEphemeral[];
  readonly variables?: readonly Variable[];
  readonly outputs?: readonly Output[];
  readonly manifest?: ManifestPart;
}

/** A file of the artifact; `path` is relative to it, with `/`. */
export interface ArtifactFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** A check that contradicts the specification or the environment. */
export interface ScannerSkip {
  /** Checkov's id, such as `CKV_AWS_18`. */
  readonly check: string;
  /** One line. */
  readonly reason: string;
}

/** `'unpriced'` until priced; never `'free'` for what AWS charges. */
export type CostRule<T extends ResourceType> =
  'free' | 'unpriced' | ((resource: Resource<T>, stack: StackView) => readonly CostLine[]);

export interface CostLine {
  readonly item: string;
  readonly usdPerMonth: number;
}

export type AuditRule = (stack: StackView) => readonly Finding[];

export interface Finding {
  readonly rule: string;
  readonly address: string;
  readonly message: string;
}

/** Attributes that a provider would compute, as the local plane answers them. Kept in its state: never a secret. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A node whose references have been replaced by values. Arguments keep the provider's names; read them with the room's own schema. */
export interface Resolved {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** How faithfully a resource runs locally, and how. */
export type LocalRule = Inert | LocalBehaviour;

/** Does nothing locally but answer its attributes. */
export interface Inert {
  readonly fidelity: 'inert';
  /** Why nothing runs, for the fidelity table. */
  readonly reason: string;
  attributes(resource: Resolved, ctx: LocalContext): Attributes;
}

export interface LocalBehaviour {
  readonly fidelity: 'exact' | 'approximate';
  /** What is left out; required when approximate. */
  readonly leftOut?: string;
  /** A change makes a new one, so that its attributes change (Terraform's replacement). */
  readonly replaced?: boolean;
  /**
   * Creates it, changes it, or starts it again after the plane was stopped: called with the same arguments it ends in the same state.
   * @throws LandfallError with the last log lines where something of the user's failed
   */
  apply(resource: Resolved, ctx: LocalContext): Promise<Attributes>;
  /** Removes it and its data. `resource.args` are empty when only the state knows it. */
  destroy?(resource: Resolved, ctx: LocalContext): Promise<void>;
  /** Stops what runs, keeps data: the plane is going down. */
  stop?(resource: Resolved, ctx: LocalContext): Promise<void>;
}

/** Reads a data source, or makes an ephemeral value. What it answers is kept nowhere. */
export type LocalReader = (source: Resolved, ctx: LocalContext) => Promise<Attributes>;

/** An inert rule whose attributes are an id, an ARN and names made from its address. */
export function inert(reason: string, extra?: (resource: Resolved, ctx: LocalContext) => Attributes): Inert {
  return {
    fidelity: 'inert',
    reason,
    attributes: (resource, ctx) => ({
      id: resource.address,
      arn: localArn(ctx, resource.type.replace(/^aws_/, ''), resource.name),
      ...(extra?.(resource, ctx) ?? {}),
    }),
  };
}

/** An ARN that stands for a local resource. */
export function localArn(ctx: LocalContext, service: string, resource: string): string {
  return `arn:aws:${service}:${ctx.region}:${ctx.accountId}:${resource}`;
}
