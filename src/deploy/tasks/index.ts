/** What other parts of a deploy use of one-off tasks. */
export { migrate, migrationsOf, type Migration } from './migrate.js';
export { runTask, type EndedTask, type OneOffTask } from './run-task.js';
