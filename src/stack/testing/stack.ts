import type { Stack } from '../stack.js';

/** A Stack with nothing in it. */
export const emptyStack: Stack = {
  project: 'shop',
  environment: 'dev',
  region: 'eu-central-1',
  resources: [],
  data: [],
  ephemeral: [],
  variables: [],
  outputs: [],
};
