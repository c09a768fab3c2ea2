/** What other parts of a deploy use of secrets. */
export { missingProblems, missingSecrets } from './missing.js';
export { secretImports, writeImports } from './imports.js';
