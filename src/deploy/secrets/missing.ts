import type { Problem } from '../../base/errors.js';
import type { Stack } from '../../stack/stack.js';
import type { AwsSession } from '../aws/session.js';
import { namesWithValue } from './aws-store.js';
import { declaredSecrets, type DeclaredSecret } from './declared.js';

/** Declared secrets whose value the user must give and has not given. @throws what `awsProblem` makes */
export async function missingSecrets(session: AwsSession, stack: Stack): Promise<readonly DeclaredSecret[]> {
  const wanted = declaredSecrets(stack).filter(({ generated }) => !generated);
  if (wanted.length === 0) return [];
  const known = await namesWithValue(session, stack);
  return wanted.filter(({ name }) => !known.has(name));
}

/** One problem for each missing value, for the list that a preflight ends with. */
export function missingProblems(missing: readonly DeclaredSecret[], environment: string): readonly Problem[] {
  return missing.map(({ key, name }) => ({
    code: 'SECRET_WITHOUT_VALUE',
    message: `The secret ${name} has no value: tasks that need it could not start.`,
    fix: `Give it one: landfall secrets:set ${key} --env ${environment}, or all at once from a file: landfall secrets:push --env ${environment}.`,
    path: key,
  }));
}
