import { expect, test } from 'vitest';
import { commandLine } from './aws-target.js';

test.each([
  [undefined, 'landfall infra:deploy --env dev'],
  ['apps/landfall.config.ts', 'landfall infra:deploy --env dev --config apps/landfall.config.ts'],
  ["Ada's apps/shop.ts", `landfall infra:deploy --env dev --config 'Ada'\\''s apps/shop.ts'`],
])('the command line to run again names the config that was given: %s', (config, line) => {
  expect(commandLine('infra:deploy', { env: 'dev', ...(config !== undefined && { config }) })).toBe(line);
});
