/** The demo: the example shop on the local plane, until Ctrl-C; with `--check` every row that it must show, then the end. */
import { parseArgs } from 'node:util';
import { check } from './check.js';
import { stay } from './stay.js';

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, 'port-base': { type: 'string' } },
});

process.exitCode = values.check
  ? await check(Number(values['port-base'] ?? 4640))
  : await stay(Number(values['port-base'] ?? 4400));
