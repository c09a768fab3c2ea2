import { LandfallErrors, type Problem } from '../base/errors.js';
import { callMistakes, duplicateMistakes } from './checks/calls.js';
import { domainMistakes } from './checks/domains.js';
import { instanceMistakes } from './checks/instances.js';
import { migrationMistakes } from './checks/migrations.js';
import { nameMistakes } from './checks/names.js';
import { pathMistakes } from './checks/paths.js';
import { quotaMistakes } from './checks/quotas.js';
import { regionMistakes } from './checks/regions.js';
import { routeMistakes } from './checks/routes.js';
import { scheduleMistakes } from './checks/schedules.js';
import { takenMistakes } from './checks/taken.js';
import { variableMistakes } from './checks/variables.js';
import { wafMistakes } from './checks/waf.js';
import { wakingMistakes } from './checks/waking.js';
import { shapeMistakes, withNearestTypes } from './issues.js';
import { looseProject, type LooseProject } from './loose.js';
import { toProblem, type Mistake } from './mistake.js';
import { projectSchema, type ProjectInput } from './schema.js';
import { inFileOrder } from './file-order.js';

/** What the schema cannot say: each reads a possibly broken config. */
const checks: readonly ((project: LooseProject) => readonly Mistake[])[] = [
  nameMistakes,
  pathMistakes,
  takenMistakes,
  callMistakes,
  duplicateMistakes,
  routeMistakes,
  variableMistakes,
  instanceMistakes,
  migrationMistakes,
  domainMistakes,
  scheduleMistakes,
  wafMistakes,
  wakingMistakes,
  quotaMistakes,
  regionMistakes,
];

/** Every mistake of a config, in the order of the file; empty when it is right. */
export function configProblems(input: unknown): readonly Problem[] {
  const corrected = withNearestTypes(input);
  const shape = [...shapeMistakes(input), ...(corrected === undefined ? [] : shapeMistakes(corrected))];
  const loose = looseProject(corrected ?? input);
  const problems = inFileOrder([...shape, ...checks.flatMap((check) => check(loose))], input).map(toProblem);
  const seen = new Set<string>();
  return problems.filter(({ code, path, message }) => {
    const key = JSON.stringify([code, path, message]);
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * The config, known to be right.
 * @throws LandfallErrors with every mistake
 */
export function validateProject(input: unknown): ProjectInput {
  const [first, ...rest] = configProblems(input);
  if (first !== undefined) throw new LandfallErrors([first, ...rest]);
  return projectSchema.parse(input);
}
