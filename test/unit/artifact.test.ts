import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { validateProject } from '../../src/config/problems.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { layers } from '../../src/layers/registry.js';
import { artifactFiles, synthesise } from '../../src/stack/synth.js';
import { readTerraformJson } from '../../src/stack/terraform-read.js';
import { writeTerraformJson } from '../../src/stack/terraform-json.js';
import { shopSource } from '../shop/shop.js';

const { input } = await loadConfig({ cwd: shopSource });

function generate(project: unknown, domain?: string): ReadonlyMap<string, string> {
  const config = resolveConfig(validateProject(project), 'dev', domain === undefined ? {} : { domain });
  const files = artifactFiles(synthesise(config, layers));
  return new Map(files.map(({ path, content }) => [path, Buffer.from(content).toString('base64')]));
}

const textOf = (files: ReadonlyMap<string, string>, path: string): string =>
  Buffer.from(files.get(path) ?? '', 'base64').toString();

/** The same value with the keys of every object turned round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

describe('the artifact of the shop', () => {
  test('has the same bytes every time, whatever the order of the config’s keys', () => {
    expect(generate(input)).toEqual(generate(input));
    expect(generate(reversed(input))).toEqual(generate(input));
  });

  test('differs for the local plane in the domain, and in nothing else', () => {
    const [aws, local] = [generate(input), generate(input, 'shop.localhost')];
    expect([...local.keys()]).toEqual([...aws.keys()]);
    for (const path of aws.keys()) {
      const moved = textOf(aws, path)
        .replaceAll('dev.example.com', 'shop.localhost')
        .replaceAll(String.raw`dev\.example\.com`, String.raw`shop\.localhost`);
      expect(path.endsWith('.zip') ? local.get(path) : textOf(local, path)).toBe(
        path.endsWith('.zip') ? aws.get(path) : moved,
      );
    }
  });

  test('is read back as the Stack that was written', () => {
    const text = textOf(generate(input), 'main.tf.json');
    expect(writeTerraformJson(readTerraformJson(text))).toBe(text);
  });

  test('holds no expression but references: no function, count, for_each, dynamic block or module', () => {
    const text = textOf(generate(input), 'main.tf.json');
    const expressions = [...text.matchAll(/(?<!\$)\$\{([^}]*)\}/g)].map(([, body]) => body ?? '');
    expect(expressions.length).toBeGreaterThan(100);
    expect(expressions.filter((body) => !/^[a-z0-9_]+(\.[A-Za-z0-9_*]+|\[\d+\])+$/.test(body))).toEqual([]);
    const document = JSON.parse(text) as { readonly resource: Record<string, Record<string, object>> };
    const keys = Object.values(document.resource).flatMap((named) =>
      Object.values(named).flatMap((body) => Object.keys(body)),
    );
    expect(keys.filter((key) => ['count', 'for_each', 'dynamic'].includes(key))).toEqual([]);
    expect(Object.keys(document).sort()).toEqual([
      'data',
      'ephemeral',
      'provider',
      'resource',
      'terraform',
      'variable',
    ]);
  });

  test('keeps every other service’s resources when one is added', () => {
    const project = validateProject(input);
    const more = {
      ...project,
      services: {
        ...project.services,
        extra: { type: 'nestjs' as const, path: 'x', port: 3009, routes: [{ path: '/extra' }] },
      },
    };
    const parse = (files: ReadonlyMap<string, string>) =>
      (JSON.parse(textOf(files, 'main.tf.json')) as { resource: Record<string, Record<string, unknown>> }).resource;
    const [before, after] = [parse(generate(project)), parse(generate(more))];
    const changed = Object.entries(before).flatMap(([type, named]) =>
      Object.entries(named).flatMap(([name, body]) =>
        JSON.stringify(after[type]?.[name]) === JSON.stringify(body) ? [] : [`${type}.${name}`],
      ),
    );
    expect(changed).toEqual([]);
  });
});
