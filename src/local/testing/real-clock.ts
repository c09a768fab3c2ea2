/** The machine's own time, for tests of what really waits. */
export { realClock } from '../clock.js';
