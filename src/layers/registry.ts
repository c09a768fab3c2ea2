import type { Layer, LayerName, LocalReader, LocalRule } from '../stack/layer.js';
import type { ResourceType } from '../stack/stack.js';
import { alb } from './alb/index.js';
import { appRunner } from './app-runner/index.js';
import { cloudfront } from './cloudfront/index.js';
import { cloudmap } from './cloudmap/index.js';
import { dns } from './dns/index.js';
import { ecs } from './ecs/index.js';
import { elasticache } from './elasticache/index.js';
import { gateway } from './gateway/index.js';
import { iam } from './iam/index.js';
import { jobs } from './jobs/index.js';
import { kms } from './kms/index.js';
import { lambda } from './lambda/index.js';
import { network } from './network/index.js';
import { observability } from './observability/index.js';
import { rds } from './rds/index.js';
import { s3 } from './s3/index.js';
import { secrets } from './secrets/index.js';
import { waf } from './waf/index.js';

/** Every room. */
const rooms = {
  alb,
  'app-runner': appRunner,
  cloudfront,
  cloudmap,
  dns,
  ecs,
  elasticache,
  gateway,
  iam,
  jobs,
  kms,
  lambda,
  network,
  observability,
  rds,
  s3,
  secrets,
  waf,
} satisfies Readonly<Record<LayerName, unknown>>;

type Rooms = typeof rooms;
type OwnersOf<T extends ResourceType> = {
  [N in keyof Rooms]: T extends keyof Rooms[N]['local'] ? N : never;
}[keyof Rooms];
type IsUnion<U, C = U> = [U] extends [never] ? false : U extends C ? ([C] extends [U] ? false : true) : never;
type Misowned = {
  [T in ResourceType]: [OwnersOf<T>] extends [never] ? T : IsUnion<OwnersOf<T>> extends true ? T : never;
}[ResourceType];

type Nothing<T extends never> = T;
/** Does not compile while a resource type has no room, or two: the error names it. */
type _OwnedByNoneOrTwo = Nothing<Misowned>;

/** The rooms without their type parameters, in the order of their names. */
export const layers: readonly Pick<Layer, 'name' | 'synth' | 'files' | 'runtimes' | 'scannerSkips' | 'awsApis'>[] =
  Object.values(rooms);

/** How each resource type runs locally: the exhaustive fidelity table. */
export const localRules: Readonly<Record<string, LocalRule>> = Object.fromEntries(
  Object.values(rooms).flatMap((room) => Object.entries<LocalRule>(room.local)),
);

/** How data sources and ephemeral resources are read locally. */
export const localReaders: Readonly<Record<string, LocalReader>> = Object.fromEntries(
  Object.values(rooms).flatMap((room) => [
    ...prefixed('data', 'localData' in room ? room.localData : undefined),
    ...prefixed('ephemeral', 'localEphemeral' in room ? room.localEphemeral : undefined),
  ]),
);

function prefixed(kind: string, readers: object | undefined): readonly (readonly [string, LocalReader])[] {
  return Object.entries(readers ?? {}).map(([type, reader]) => [`${kind}.${type}`, reader as LocalReader]);
}
