import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.js';
import { configProblems, validateProject } from '../../src/config/problems.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { Expr } from '../../src/stack/expr.js';
import { isTask } from '../../src/stack/refs.js';
import type { Stack } from '../../src/stack/stack.js';
import { readTerraformJson } from '../../src/stack/terraform-read.js';
import { writeTerraformJson } from '../../src/stack/terraform-json.js';
import { mistakesIn } from '../harness/provider-6.js';
import { randomConfig } from '../harness/random-config.js';
import { synthesisOf } from '../harness/stacks.js';

const numRuns = 60;

/** JSON text of an argument with every reference as a word. */
const textOf = (value: unknown): string =>
  value instanceof Expr ? value.parts.map((part) => (typeof part === 'string' ? part : 'reference')).join('') : '';

/** Environment variables of a service, as its task definition or its App Runner service has them. */
function variablesIn(stack: Stack, service: string): Readonly<Record<string, unknown>> {
  const id = service.replaceAll('-', '_');
  const found = stack.resources.find(
    ({ type, name }) => name === id && ['aws_ecs_task_definition', 'aws_apprunner_service'].includes(type),
  );
  if (found?.type === 'aws_apprunner_service') {
    const image = found.args.source_configuration[0].image_repository?.[0].image_configuration?.[0];
    return image?.runtime_environment_variables as Readonly<Record<string, unknown>>;
  }
  if (found?.type !== 'aws_ecs_task_definition') throw new Error(`${service} has no task.`);
  const containers = JSON.parse(textOf(found.args.container_definitions)) as readonly {
    readonly name: string;
    readonly environment: readonly { readonly name: string; readonly value: string }[];
  }[];
  const main = containers.find(({ name }) => name === service);
  return Object.fromEntries((main?.environment ?? []).map(({ name, value }) => [name, value]));
}

const configOf = (input: object): Config => resolveConfig(validateProject(input), 'dev');

describe('any valid config', () => {
  test('is valid', () => {
    fc.assert(
      fc.property(randomConfig, (input) => {
        expect(configProblems(input)).toEqual([]);
      }),
      { numRuns },
    );
  });

  test('gives a Stack that the provider’s schema takes, and that is read back as it was written', () => {
    fc.assert(
      fc.property(randomConfig, (input) => {
        const { stack } = synthesisOf(input, 'dev');
        expect(mistakesIn(stack)).toEqual([]);
        const text = writeTerraformJson(stack);
        expect(writeTerraformJson(readTerraformJson(text))).toBe(text);
      }),
      { numRuns },
    );
  });

  test('has its strings arrive literally', () => {
    fc.assert(
      fc.property(randomConfig, (input) => {
        const { stack } = synthesisOf(input, 'dev');
        const read = readTerraformJson(writeTerraformJson(stack));
        const config = configOf(input);
        for (const { name, env } of config.services.filter(isTask)) expect(variablesIn(read, name)).toMatchObject(env);
        const rules = JSON.stringify(
          read.resources.find(({ type, name }) => type === 'aws_wafv2_web_acl' && name === 'edge')?.args,
          (_key, value: unknown) => (value instanceof Expr ? 'reference' : value),
        );
        for (const { match } of config.waf.rules) {
          const [wanted] = [match.path, match.query, match.body].filter((one) => one !== undefined);
          expect(rules).toContain(JSON.stringify(wanted?.value));
        }
      }),
      { numRuns },
    );
  });
});
