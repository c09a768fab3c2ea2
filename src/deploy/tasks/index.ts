/** What other parts of a deploy use of one-off tasks. */
export { migrate } from './migrate.js';
