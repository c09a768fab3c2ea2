import type { ProjectInput } from './schema.js';

/** Returns the config as it is; its type gives completion and errors while you write it. */
export function defineProject(input: ProjectInput): ProjectInput {
  return input;
}
