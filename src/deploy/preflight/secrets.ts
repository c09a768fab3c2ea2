import { missingProblems, missingSecrets } from '../secrets/index.js';
import type { Check } from './preflight.js';

/** Every declared secret has a value: a task whose secret has none does not start. */
export const secrets: Check = async ({ session, synthesis }) => ({
  problems: missingProblems(await missingSecrets(session, synthesis.stack), synthesis.manifest.environment),
});
