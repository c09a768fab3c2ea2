/** Longest name of a project, environment, service or job. Physical names are cut with a hash where AWS allows less. */
export const nameLimit = 40;

const pattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export const isName = (name: string): boolean => name.length <= nameLimit && pattern.test(name);

/** What a name must be. */
export const nameRule = `at most ${String(nameLimit)} lower-case letters, digits and single hyphens, starting with a letter and not ending with a hyphen`;

/** Names that Landfall gives to things of its own beside the services. */
export const reservedServices = [
  'alb',
  'database-init',
  'flow-log',
  'gateway',
  'job-invoker',
  'kong',
  'logs',
  'postgres',
  'redis',
  'shared',
  'waf',
  'wake',
  'wake-up',
] as const;

/** The name of the API's own distribution: a front end, which has one too, cannot take it. */
export const reservedFrontEnd = 'api';

export const namePattern = pattern.source;
