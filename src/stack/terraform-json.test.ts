import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Expr, type Reference } from './expr.js';
import { attr, attrPath, dataAttr, dataSource, ephemeralAttr, resource, variable, type Stack } from './stack.js';
import { expression, referencePath, writeTerraformJson } from './terraform-json.js';
import { readTerraformJson } from './terraform-read.js';
import { emptyStack } from './testing/stack.js';

const pieces = ['${', '%{', '$', '%', '{', '}', '"', '\\', '\n', '~', 'é', '😀', 'a', 'x.y', '${"$"}', '$${', '%%{'];
const text = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
);
const references: readonly Reference[] = [
  ...attr('aws_lb.main', 'arn').references,
  ...attrPath('aws_db_instance.main', 'master_user_secret', 0, 'secret_arn').references,
  ...attrPath('aws_acm_certificate.api', 'domain_validation_options', '*', 'resource_record_name').references,
  ...dataAttr('data.aws_availability_zones.available', 'names', 1).references,
  ...ephemeralAttr('ephemeral.aws_secretsmanager_random_password.x', 'random_password').references,
  ...variable('image_auth_service').references,
];

/** An expression as writer and reader agree on: text merged, and plain text when there is no reference. */
function normal(parts: readonly (string | Reference)[]): unknown {
  const merged: (string | Reference)[] = [];
  for (const part of parts.filter((candidate) => candidate !== '')) {
    const last = merged.at(-1);
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part;
    else merged.push(part);
  }
  if (merged.length === 0) return '';
  return merged.length === 1 && typeof merged[0] === 'string' ? merged[0] : new Expr(merged);
}

const through = (args: object): unknown =>
  readTerraformJson(writeTerraformJson({ ...emptyStack, resources: [resource('aws_lb.main', args)] })).resources[0]
    ?.args;

describe('what is written is read again', () => {
  test('any text as an argument and as a key', () => {
    fc.assert(
      fc.property(text, text, (value, key) => {
        const args = { tags: Object.fromEntries([[key, value]]), name: value };
        expect(through(args)).toEqual(args);
      }),
      { numRuns: 1000 },
    );
  });

  test('any text beside references', () => {
    const part = fc.oneof(text, fc.nat(references.length - 1));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (choice) => {
        const parts = choice.map((item) => (typeof item === 'string' ? item : (references[item] as Reference)));
        expect(through({ name: new Expr(parts) })).toEqual({ name: normal(parts) });
      }),
      { numRuns: 1000 },
    );
  });

  test('a whole Stack: every kind of node, lifecycle, provider, variables, outputs and the project itself', () => {
    const stack: Stack = {
      project: 'shop',
      environment: 'dev${x}',
      region: 'eu-central-1',
      account: '111122223333',
      resources: [
        resource(
          'aws_lb.main',
          { name: 'a', subnets: ['b', attr('aws_subnet.a', 'id')] },
          { dependsOn: ['aws_vpc.main'], lifecycle: { ignore_changes: ['name'], create_before_destroy: true } },
        ),
        resource('aws_subnet.a', { vpc_id: 'v' }),
        resource('aws_vpc.main', { enable_dns_support: true }, { provider: 'us_east_1' }),
      ],
      data: [dataSource('data.aws_caller_identity.current', {})],
      ephemeral: [{ type: 'aws_secretsmanager_random_password', name: 'x', args: { password_length: 40 } }],
      variables: [{ name: 'image', description: 'Of the service', sensitive: true }],
      outputs: [{ name: 'host', description: 'Where it is', value: attr('aws_lb.main', 'dns_name') }],
    };
    expect(readTerraformJson(writeTerraformJson(stack))).toEqual(stack);
  });
});

describe('what the reader does not understand is an error', () => {
  const written = writeTerraformJson({ ...emptyStack, resources: [resource('aws_lb.main', { name: 'PLACE' })] });

  test.each(['${file(\\"x\\")}', '${aws_lb.main}', '${a + b}', '${aws_lb.main.arn + 1}', '%{if x}y%{endif}', '${'])(
    '%s',
    (foreign) => {
      expect(() => readTerraformJson(written.replace('PLACE', foreign))).toThrow(
        expect.objectContaining({ code: 'ARTIFACT_UNREADABLE' }),
      );
    },
  );
});

describe('the bytes', () => {
  test('are the same whatever the order of keys', () => {
    const tags = fc.dictionary(text, text, { maxKeys: 6 });
    fc.assert(
      fc.property(tags, (given) => {
        const reversed = Object.fromEntries(Object.entries(given).reverse());
        const write = (args: object) =>
          writeTerraformJson({ ...emptyStack, resources: [resource('aws_lb.main', args)] });
        expect(write({ tags: reversed, name: 'a' })).toBe(write({ name: 'a', tags: given }));
      }),
    );
  });

  test('are the same whatever the order of dependencies', () => {
    const write = (dependsOn: readonly ('aws_vpc.a' | 'aws_vpc.b')[]) =>
      writeTerraformJson({ ...emptyStack, resources: [resource('aws_lb.main', {}, { dependsOn })] });
    expect(write(['aws_vpc.b', 'aws_vpc.a'])).toBe(write(['aws_vpc.a', 'aws_vpc.b']));
  });

  test('hold no empty section, and end with a newline', () => {
    const written = writeTerraformJson(emptyStack);
    expect(Object.keys(JSON.parse(written) as object)).toEqual(['provider', 'terraform']);
    expect(written.endsWith('}\n')).toBe(true);
  });
});

test.each([
  ['plain ${x} and %{y}', 'plain $${x} and %%{y}'],
  ['$${x}', '$$${x}'],
  ['costs 5$', 'costs 5$'],
])('writes the literal %s as %s', (literal, written) => {
  expect(expression(literal)).toBe(written);
});

test('guards the signs right before a reference, which would escape it', () => {
  const { references: own } = attr('aws_lb.main', 'arn');
  expect(expression(new Expr(['5$', ...own]))).toBe('5${"$"}${aws_lb.main.arn}');
  expect(expression(new Expr(['$%$', ...own]))).toBe('${"$%$"}${aws_lb.main.arn}');
});

test('leaves out undefined arguments, and keeps null, false and 0', () => {
  expect(expression({ a: undefined, b: null, c: false, d: 0 })).toEqual({ b: null, c: false, d: 0 });
});

test('writes references with literal indices and the splat', () => {
  expect(references.map(referencePath)).toMatchInlineSnapshot(`
    [
      "aws_lb.main.arn",
      "aws_db_instance.main.master_user_secret[0].secret_arn",
      "aws_acm_certificate.api.domain_validation_options.*.resource_record_name",
      "data.aws_availability_zones.available.names[1]",
      "ephemeral.aws_secretsmanager_random_password.x.random_password",
      "var.image_auth_service",
    ]
  `);
});

test('both providers work in the account of the config alone, and in any where it names none', () => {
  const providers = (stack: Stack) =>
    (JSON.parse(writeTerraformJson(stack)) as { readonly provider: { readonly aws: readonly object[] } }).provider.aws;
  const allowed_account_ids = ['111122223333'];
  expect(providers({ ...emptyStack, account: '111122223333' })).toMatchObject([
    { allowed_account_ids },
    { alias: 'us_east_1', allowed_account_ids },
  ]);
  expect(JSON.stringify(providers(emptyStack))).not.toContain('allowed_account_ids');
});
