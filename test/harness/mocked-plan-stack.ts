import type { Artifact } from './mocked-plan.js';

export type Values = Readonly<Record<string, unknown>>;

/** A resource as Terraform plans to create it. */
export interface PlannedResource {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  /** What the artifact sets, evaluated. Nulls and empty lists are left out, and so is what only AWS computes. */
  readonly values: Values;
  /** What of it is known after the creation alone, with `true` in each place. */
  readonly unknown: Values;
  /** The resource's block as the artifact has it: references unresolved, with `lifecycle`, `depends_on` and `provider`. */
  readonly written: Values;
}

/** A planned stack, in the order of addresses. */
export interface PlannedStack {
  readonly resources: readonly PlannedResource[];
  /** @throws when it is not planned, with what is planned of its type */
  get(address: string): PlannedResource;
  has(address: string): boolean;
  all(type: string): readonly PlannedResource[];
}

interface Change {
  readonly address: string;
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  readonly change: { readonly after: Values; readonly after_unknown: Values };
}

/** Reads Terraform's plan of an artifact. */
export function plannedStack(artifact: Artifact, plan: unknown): PlannedStack {
  const { resource_changes } = plan as { readonly resource_changes: readonly Change[] };
  const resources = resource_changes
    .filter(({ mode }) => mode === 'managed')
    .map(({ address, type, name, change }): PlannedResource => {
      const written: Values = artifact.resource[type]?.[name] ?? {};
      const shape = shapeOf([written]);
      return {
        address,
        type,
        name,
        values: asValues(keep(change.after, shape)),
        unknown: asValues(keep(change.after_unknown, shape)),
        written,
      };
    })
    .toSorted((a, b) => (a.address < b.address ? -1 : 1));
  return stackOf(resources);
}

function stackOf(resources: readonly PlannedResource[]): PlannedStack {
  const byAddress = new Map(resources.map((resource) => [resource.address, resource]));
  const all = (type: string) => resources.filter((resource) => resource.type === type);
  return {
    resources,
    has: (address) => byAddress.has(address),
    all,
    get: (address) => {
      const found = byAddress.get(address);
      if (found !== undefined) return found;
      const alike = all(address.split('.')[0] ?? '').map(({ name }) => name);
      throw new Error(`${address} is not planned. Planned of its type: ${alike.join(', ') || 'none'}.`);
    },
  };
}

/** The keys that a block sets at each place; elements of a list share one shape, for Terraform orders sets in its own way. */
interface Shape {
  readonly keys: ReadonlyMap<string, Shape>;
}

function shapeOf(samples: readonly unknown[]): Shape {
  const objects = samples.flatMap(elements).filter(isObject);
  const keys = new Set(objects.flatMap((object) => Object.keys(object)));
  return {
    keys: new Map([...keys].map((key) => [key, shapeOf(objects.flatMap((object) => elements(object[key])))])),
  };
}

function keep(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value)) return value.map((element: unknown) => keep(element, shape));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      const known = shape.keys.get(key);
      return known === undefined || isEmpty(inner) ? [] : [[key, keep(inner, known)]];
    }),
  );
}

const isEmpty = (value: unknown): boolean => value === null || (Array.isArray(value) && value.length === 0);
const elements = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : [value];
const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const asValues = (value: unknown): Values => (isObject(value) ? value : {});
