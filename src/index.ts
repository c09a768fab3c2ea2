/** Landfall's public API. */
import type { EnvironmentInput, ProjectInput } from './config/schema.js';
import type { EditableStack } from './stack/override.js';

export { LandfallError, LandfallErrors, type Problem } from './base/errors.js';
export { jsonText, template, type Expr } from './stack/expr.js';
export { attr, dataAttr } from './stack/stack.js';
export type { EditableStack } from './stack/override.js';

/** One environment, with a typed `override`. */
export type Environment = Omit<EnvironmentInput, 'override'> & {
  /** The escape hatch: edits typed resources before they are written. */
  readonly override?: ((stack: EditableStack) => void) | undefined;
};

/** A config file as its author writes it. */
export type Project = Omit<ProjectInput, 'environments'> & {
  readonly environments: Readonly<Record<string, Environment>>;
};

/** Returns the config as it is; its type gives completion and errors while you write it. */
export function defineProject(project: Project): Project {
  return project;
}
