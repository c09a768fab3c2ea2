import { LandfallError, messageOf } from '../base/errors.js';
import type { ResourceArgs } from './aws-schema.gen.js';
import type { Expr } from './expr.js';
import {
  addressOf,
  resource,
  type Address,
  type AnyResource,
  type Lifecycle,
  type Resource,
  type ResourceType,
  type Stack,
} from './stack.js';

/** Arguments as synth writes them: maps such as `tags` are never one reference, so they can be spread. */
export type Written<A> = { readonly [K in keyof A]: Exclude<A[K], Expr<Readonly<Record<string, unknown>>>> };

/**
 * The Stack as an environment's `override` sees it, before it is written. Addresses and arguments are Terraform's own; every reader of
 * the Stack (deploy, local plane, reports) sees what is edited here.
 */
export interface EditableStack {
  readonly project: string;
  readonly environment: string;
  readonly region: string;
  /** Addresses of all resources, sorted; of one type when it is named. */
  addresses(type?: ResourceType): readonly string[];
  /** @throws LandfallError `OVERRIDE_UNKNOWN_ADDRESS` */
  get<T extends ResourceType>(address: Address<T>): Resource<T>;
  /** Replaces the arguments that `change` returns; the others stay. @throws LandfallError `OVERRIDE_UNKNOWN_ADDRESS` */
  update<T extends ResourceType>(
    address: Address<T>,
    change: Partial<ResourceArgs[T]> | ((args: Written<ResourceArgs[T]>) => Partial<ResourceArgs[T]>),
    lifecycle?: Lifecycle,
  ): void;
  /** Adds a resource of a type that Landfall knows. @throws LandfallError `OVERRIDE_ADDRESS_TAKEN` */
  add<T extends ResourceType>(
    address: Address<T>,
    args: ResourceArgs[T],
    extra?: {
      readonly dependsOn?: readonly Address[];
      readonly lifecycle?: Lifecycle;
      readonly provider?: 'us_east_1';
    },
  ): void;
  /** Removes a resource; what refers to it must go, or be changed, too. @throws LandfallError `OVERRIDE_UNKNOWN_ADDRESS` */
  remove(address: Address): void;
}

/**
 * The Stack that a user's override makes of `stack`, which stays as it is.
 * @throws LandfallError `OVERRIDE_FAILED`, `OVERRIDE_UNKNOWN_ADDRESS`, `OVERRIDE_ADDRESS_TAKEN`
 */
export function overridden(stack: Stack, override: ((stack: EditableStack) => unknown) | undefined): Stack {
  if (override === undefined) return stack;
  const resources = new Map(stack.resources.map((one) => [addressOf('resource', one), one]));
  const path = `environments.${stack.environment}.override`;
  const result = run(override, editorOf(stack, resources, path), path);
  if (result instanceof Promise) throw failed(path, 'it returned a promise');
  return { ...stack, resources: [...resources].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one) };
}

function editorOf(stack: Stack, resources: Map<string, AnyResource>, path: string): EditableStack {
  const get = <T extends ResourceType>(address: Address<T>): Resource<T> => {
    const found = resources.get(address);
    if (found === undefined) throw unknownAddress(address, [...resources.keys()], path);
    return found as unknown as Resource<T>;
  };
  return {
    project: stack.project,
    environment: stack.environment,
    region: stack.region,
    addresses: (type) => [...resources.keys()].filter((one) => type === undefined || one.startsWith(`${type}.`)).sort(),
    get,
    update: (address, change, lifecycle) => {
      const found = get(address);
      const args = {
        ...found.args,
        ...(typeof change === 'function' ? change(found.args as Written<typeof found.args>) : change),
      };
      const kept = lifecycle === undefined ? found.lifecycle : { ...found.lifecycle, ...lifecycle };
      resources.set(address, { ...found, args, ...(kept && { lifecycle: kept }) } as AnyResource);
    },
    add: (address, args, extra) => {
      if (resources.has(address)) throw taken(address, path);
      resources.set(address, resource(address, args, extra) as unknown as AnyResource);
    },
    remove: (address) => {
      get(address);
      resources.delete(address);
    },
  };
}

function run(override: (stack: EditableStack) => unknown, editor: EditableStack, path: string): unknown {
  try {
    return override(editor);
  } catch (cause) {
    if (cause instanceof LandfallError) throw cause;
    throw failed(path, messageOf(cause), cause);
  }
}

const failed = (path: string, why: string, cause?: unknown): LandfallError =>
  new LandfallError(
    {
      code: 'OVERRIDE_FAILED',
      message: `The override failed: ${why}.`,
      fix: 'Correct the function: it edits the Stack in place, at once, and returns nothing. Nothing was written.',
      path,
    },
    { cause },
  );

const taken = (address: string, path: string): LandfallError =>
  new LandfallError({
    code: 'OVERRIDE_ADDRESS_TAKEN',
    message: `The override adds ${address}, which is there already.`,
    fix: 'Use update to change it, or choose another name.',
    path,
  });

function unknownAddress(address: string, known: readonly string[], path: string): LandfallError {
  const type = address.split('.')[0] ?? '';
  const same = known.filter((one) => one.startsWith(`${type}.`)).sort();
  return new LandfallError({
    code: 'OVERRIDE_UNKNOWN_ADDRESS',
    message: `The override names ${address}, and the Stack has no such resource.`,
    fix: same.length === 0 ? `It has none of the type ${type}.` : `Of that type it has: ${same.join(', ')}.`,
    path,
  });
}
