import { expect, test } from 'vitest';
import type { DeploymentRecord } from './records.js';
import { rollbackTo } from './rollback.js';

const record = (id: string, images: Readonly<Record<string, string>>): DeploymentRecord => ({
  version: 1,
  id,
  at: `2026-11-2${id}T10:00:00Z`,
  by: 'arn:aws:iam::111122223333:user/ada',
  artifact: '',
  images: Object.fromEntries(Object.entries(images).map(([service, digest]) => [service, { repository: '', digest }])),
  sites: {},
});
const records = [
  record('4', { api: 'c', web: 'y', fresh: 'n' }),
  record('3', { api: 'c', web: 'y' }),
  record('2', { api: 'b', web: 'y', gone: 'z' }),
  record('1', { api: 'a', web: 'x' }),
];

test('goes back to the last deployment with other images, and leaves services that are gone or new', () => {
  const { record: found, changes } = rollbackTo(records, { services: [], known: ['api', 'web'], unfinished: false });
  expect(found.id).toBe('2');
  expect(changes).toEqual([{ service: 'api', from: 'c', to: 'b' }]);
});

test('of the named services, or to the named deployment', () => {
  expect(rollbackTo(records, { services: ['web'], known: ['api', 'web'], unfinished: false })).toMatchObject({
    record: { id: '1' },
    changes: [{ to: 'x' }],
  });
  expect(
    rollbackTo(records, { id: '1', services: [], known: ['api', 'web'], unfinished: false }).changes.map(
      ({ service }) => service,
    ),
  ).toEqual(['api', 'web']);
});

test('says when there is nothing to go back to, or no such deployment', () => {
  expect(() => rollbackTo(records.slice(0, 2), { services: [], known: ['api', 'web'], unfinished: false })).toThrow(
    'No earlier deployment has other images.',
  );
  expect(() => rollbackTo(records, { id: '9', services: [], known: ['api', 'web'], unfinished: false })).toThrow(
    'There is no deployment 9.',
  );
  expect(() => rollbackTo([], { services: [], known: ['api', 'web'], unfinished: false })).toThrow('No earlier');
});

test('after a deployment that did not come to its end, goes back to the one before it, whatever runs', () => {
  const { record: found, changes } = rollbackTo(records, {
    services: ['api', 'web'],
    known: ['api', 'web'],
    unfinished: true,
  });
  expect(found.id).toBe('4');
  expect(changes).toEqual([
    { service: 'api', from: null, to: 'c' },
    { service: 'web', from: null, to: 'y' },
  ]);
  expect(() => rollbackTo([], { services: [], known: ['api', 'web'], unfinished: true })).toThrow(
    'No earlier deployment',
  );
});

test('leaves services that the config no longer has', () => {
  const back = rollbackTo(records, { services: [], known: ['web'], unfinished: true });
  expect(back.changes.map(({ service }) => service)).toEqual(['web']);
});
