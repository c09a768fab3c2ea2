import type {
  DataArgs,
  DataAttributes,
  EphemeralArgs,
  EphemeralAttributes,
  ResourceArgs,
  ResourceAttributes,
} from './aws-schema.gen.js';
import { Expr, referencesIn, type Reference } from './expr.js';

export type ResourceType = keyof ResourceArgs;
export type DataType = keyof DataArgs;
export type EphemeralType = keyof EphemeralArgs;

/** `aws_lb.main`. */
export type Address<T extends ResourceType = ResourceType> = `${T}.${string}`;
/** `data.aws_region.current`. */
export type DataAddress<D extends DataType = DataType> = `data.${D}.${string}`;
/** `ephemeral.aws_secretsmanager_random_password.auth_db`. */
export type EphemeralAddress<E extends EphemeralType = EphemeralType> = `ephemeral.${E}.${string}`;
export type AnyAddress = Address | DataAddress | EphemeralAddress;

export interface Lifecycle {
  readonly create_before_destroy?: boolean;
  readonly ignore_changes?: readonly string[];
  readonly prevent_destroy?: boolean;
}

interface Common {
  readonly name: string;
  readonly dependsOn?: readonly AnyAddress[];
  /** The provider alias; default: the project's region. */
  readonly provider?: 'us_east_1';
}

export interface Resource<T extends ResourceType> extends Common {
  readonly type: T;
  readonly args: ResourceArgs[T];
  readonly lifecycle?: Lifecycle;
}

export interface DataSource<D extends DataType> extends Common {
  readonly type: D;
  readonly args: DataArgs[D];
}

export interface EphemeralResource<E extends EphemeralType> extends Common {
  readonly type: E;
  readonly args: EphemeralArgs[E];
}

export type AnyResource = { [T in ResourceType]: Resource<T> }[ResourceType];
export type AnyDataSource = { [D in DataType]: DataSource<D> }[DataType];
export type AnyEphemeral = { [E in EphemeralType]: EphemeralResource<E> }[EphemeralType];

export interface Variable {
  readonly name: string;
  readonly description: string;
  readonly sensitive?: boolean;
}

export interface Output {
  readonly name: string;
  readonly description: string;
  readonly value: Expr<unknown> | string;
  readonly sensitive?: boolean;
}

/** The one artifact: every resource, fully expanded. */
export interface Stack {
  readonly project: string;
  readonly environment: string;
  readonly region: string;
  /** The only account that it is made in; absent: any. */
  readonly account?: string;
  readonly resources: readonly AnyResource[];
  readonly data: readonly AnyDataSource[];
  readonly ephemeral: readonly AnyEphemeral[];
  readonly variables: readonly Variable[];
  readonly outputs: readonly Output[];
}

/** A node of the Stack, whatever its kind. */
export type StackNode = AnyResource | AnyDataSource | AnyEphemeral;

/** The attribute `key` of a resource: `attr('aws_lb.main', 'dns_name')`. */
export function attr<T extends ResourceType, K extends keyof ResourceAttributes[T] & string>(
  address: Address<T>,
  key: K,
): Expr<ResourceAttributes[T][K]> {
  return reference('resource', address, [key]);
}

/** An attribute inside a list or block: `attrPath('aws_db_instance.main', 'master_user_secret', 0, 'secret_arn')`. */
export function attrPath<T extends ResourceType>(
  address: Address<T>,
  key: keyof ResourceAttributes[T] & string,
  ...path: readonly [string | number, ...(string | number)[]]
): Expr<string> {
  return reference('resource', address, [key, ...path]);
}

/** The attribute `key` of a data source: `dataAttr('data.aws_region.current', 'name')`. */
export function dataAttr<D extends DataType, K extends keyof DataAttributes[D] & string>(
  address: DataAddress<D>,
  key: K,
  ...path: readonly number[]
): Expr<DataAttributes[D][K] extends readonly (infer Item)[] ? Item : DataAttributes[D][K]> {
  return reference('data', address.slice('data.'.length), [key, ...path]);
}

/** The attribute `key` of an ephemeral resource; allowed in write-only arguments alone. */
export function ephemeralAttr<E extends EphemeralType, K extends keyof EphemeralAttributes[E] & string>(
  address: EphemeralAddress<E>,
  key: K,
): Expr<EphemeralAttributes[E][K]> {
  return reference('ephemeral', address.slice('ephemeral.'.length), [key]);
}

/** A root variable. */
export function variable(name: string): Expr<string> {
  return reference('var', name, []);
}

function reference<T>(kind: Reference['kind'], target: string, path: Reference['path']): Expr<T> {
  return new Expr([{ kind, target, path }]);
}

/** The node's address as Terraform writes it in `depends_on`. */
export function addressOf(
  kind: 'resource' | 'data' | 'ephemeral',
  node: { readonly type: string; readonly name: string },
): string {
  return kind === 'resource' ? `${node.type}.${node.name}` : `${kind}.${node.type}.${node.name}`;
}

/** The address that a reference points to; undefined for a variable. */
export function targetOf(reference: Reference): string | undefined {
  if (reference.kind === 'var') return undefined;
  return reference.kind === 'resource' ? reference.target : `${reference.kind}.${reference.target}`;
}

/** Every address a node needs first: those it refers to and those it depends on, sorted, each once. */
export function dependenciesOf(node: StackNode): readonly string[] {
  const referred = referencesIn(node.args).map(targetOf);
  const all = [...referred, ...(node.dependsOn ?? [])].filter((address) => address !== undefined);
  return [...new Set(all)].sort();
}

type Extra = Pick<Common, 'dependsOn' | 'provider'>;

/** A resource at `address`. */
export function resource<T extends ResourceType>(
  address: Address<T>,
  args: ResourceArgs[T],
  extra: Extra & { readonly lifecycle?: Lifecycle } = {},
): Resource<T> {
  const [type, name] = split(address);
  return { type: type as T, name, args, ...extra };
}

/** A data source at `address`. */
export function dataSource<D extends DataType>(
  address: DataAddress<D>,
  args: DataArgs[D],
  extra: Extra = {},
): DataSource<D> {
  const [type, name] = split(address.slice('data.'.length));
  return { type: type as D, name, args, ...extra };
}

/** An ephemeral resource at `address`. */
export function ephemeralResource<E extends EphemeralType>(
  address: EphemeralAddress<E>,
  args: EphemeralArgs[E],
): EphemeralResource<E> {
  const [type, name] = split(address.slice('ephemeral.'.length));
  return { type: type as E, name, args };
}

function split(address: string): readonly [type: string, name: string] {
  const dot = address.indexOf('.');
  return [address.slice(0, dot), address.slice(dot + 1)];
}
