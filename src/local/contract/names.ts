import { join } from 'node:path';
import type { LocalContext } from './context.js';

/**
 * What names stand for inside task processes, as the plane writes it and each task's hook reads it. All names are in lower case, without
 * a final dot.
 */
export interface NamesFile {
  /** Namespaces such as `shop.local`: what ends in one of them and has no instance does not exist. */
  readonly namespaces: readonly string[];
  readonly names: Readonly<Record<string, NamedService>>;
}

export interface NamedService {
  /** `MULTIVALUE` answers with up to eight instances, `WEIGHTED` with one. */
  readonly routing: 'MULTIVALUE' | 'WEIGHTED';
  readonly ttlSeconds: number;
  readonly instances: readonly NamedInstance[];
}

export interface NamedInstance {
  /** An address of its own, as each Fargate task has one. */
  readonly address: string;
  /** By the port that a client asks for, the one of 127.0.0.1 that answers. */
  readonly ports: Readonly<Record<string, number>>;
}

/** The variable that tells a task's hook where the names stand. */
export const namesVariable = 'LANDFALL_NAMES';

/** The file of names of this plane. */
export const namesFile = ({ data }: Pick<LocalContext['folders'], 'data'>): string => join(data, 'names.json');
