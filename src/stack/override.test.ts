import { describe, expect, test } from 'vitest';
import { overridden, type EditableStack } from './override.js';
import { attr, resource } from './stack.js';
import { emptyStack } from './testing/stack.js';

const stack = {
  ...emptyStack,
  resources: [
    resource('aws_subnet.a', { vpc_id: attr('aws_vpc.main', 'id'), cidr_block: '10.0.1.0/24' }),
    resource(
      'aws_vpc.main',
      { cidr_block: '10.0.0.0/16', tags: { Name: 'shop' } },
      { lifecycle: { prevent_destroy: true } },
    ),
  ],
};

const refused = (override: (stack: EditableStack) => unknown) => {
  try {
    overridden(stack, override);
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('an override', () => {
  test('changes the arguments that it names, and no others', () => {
    const made = overridden(stack, (edit) => {
      edit.update('aws_vpc.main', (args) => ({ tags: { ...args.tags, Team: 'a' } }), { create_before_destroy: true });
    });
    expect(made.resources[1]).toEqual({
      type: 'aws_vpc',
      name: 'main',
      args: { cidr_block: '10.0.0.0/16', tags: { Name: 'shop', Team: 'a' } },
      lifecycle: { prevent_destroy: true, create_before_destroy: true },
    });
    expect(made.resources[0]).toBe(stack.resources[0]);
  });

  test('leaves the Stack that it was given as it was', () => {
    const before = structuredClone(stack.resources[1]);
    overridden(stack, (edit) => {
      edit.update('aws_vpc.main', { cidr_block: '10.1.0.0/16' });
    });
    expect(stack.resources[1]).toEqual(before);
  });

  test('adds and removes, and the order stays that of the addresses', () => {
    const made = overridden(stack, (edit) => {
      edit.add('aws_eip.extra', { domain: 'vpc' }, { dependsOn: ['aws_vpc.main'] });
      edit.remove('aws_subnet.a');
      expect(edit.addresses()).toEqual(['aws_eip.extra', 'aws_vpc.main']);
      expect(edit.addresses('aws_vpc')).toEqual(['aws_vpc.main']);
    });
    expect(made.resources.map(({ type, name }) => `${type}.${name}`)).toEqual(['aws_eip.extra', 'aws_vpc.main']);
  });

  test('that names what is not there is told what is', () => {
    const error = refused((edit) => {
      edit.update('aws_vpc.mian', {});
    });
    expect(error).toMatchObject({
      code: 'OVERRIDE_UNKNOWN_ADDRESS',
      path: 'environments.dev.override',
      fix: 'Of that type it has: aws_vpc.main.',
    });
  });

  test('that adds an address twice is refused', () => {
    expect(
      refused((edit) => {
        edit.add('aws_vpc.main', { cidr_block: '10.0.0.0/8' });
      }),
    ).toMatchObject({ code: 'OVERRIDE_ADDRESS_TAKEN' });
  });

  test('that throws, or takes its time, is a failure that says so', () => {
    expect(
      refused(() => {
        throw new Error('no such thing');
      }),
    ).toMatchObject({ code: 'OVERRIDE_FAILED', message: 'The override failed: no such thing.' });
    expect(refused(() => Promise.resolve())).toMatchObject({ code: 'OVERRIDE_FAILED' });
  });

  test('that is not there changes nothing', () => {
    expect(overridden(stack, undefined)).toBe(stack);
  });
});
