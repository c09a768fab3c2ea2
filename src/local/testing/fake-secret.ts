import type { Secret } from '../contract/context.js';

/** A secret in memory. */
export function fakeSecret(arn: string, value: string, name = arn): Secret {
  let current = value;
  return {
    arn,
    name,
    read: () => Promise.resolve(current),
    write: (next) => Promise.resolve(void (current = next)),
  };
}
