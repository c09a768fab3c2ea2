import { expect, test } from 'vitest';
import { importId } from '../../src/deploy/adopt/import-id.js';
import { importRules } from '../../src/deploy/adopt/import-rules.js';
import { exampleConfig, synthesisOf } from '../harness/stacks.js';

const input = await exampleConfig('full');

test.each(['dev', 'prod'])(
  'each resource of the example’s %s is named by an import, once AWS has told its id',
  (name) => {
    const { resources } = synthesisOf(input, name).stack;
    const imported = resources.filter(({ type }) => !('instead' in importRules[type]));
    expect(imported.length).toBeGreaterThan(resources.length / 2);
    const known = { id: 'the-id', arn: 'the-arn' };
    expect(imported.filter((resource) => importId(resource, known) === undefined)).toEqual([]);
    const ids = imported.map(
      (resource) => `${resource.type} ${resource.provider ?? ''} ${importId(resource, known) ?? ''}`,
    );
    expect(ids.filter((id, index) => !/the-(id|arn)/.test(id) && ids.indexOf(id) !== index)).toEqual([]);
  },
);
