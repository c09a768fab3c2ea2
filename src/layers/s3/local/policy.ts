import { z } from 'zod';

const list = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value));

const statementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*'), z.object({ Service: list.optional() })]),
  Action: list,
  Resource: list,
  Condition: z.record(z.string(), z.record(z.string(), list)).default({}),
});

const policySchema = z.object({ Statement: z.array(statementSchema) });

type Statement = z.infer<typeof statementSchema>;

/** What is asked of a bucket, and by whom. */
export interface Access {
  /** Such as `cloudfront.amazonaws.com`. */
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  /** Condition keys as IAM names them, such as `AWS:SourceArn`. */
  readonly context: Readonly<Record<string, string>>;
}

/**
 * Whether a bucket policy allows an access: some statement allows it and none denies it.
 * Knows the conditions StringEquals and Bool; any other does not hold.
 */
export function allows(policyJson: string, access: Access): boolean {
  const { Statement } = policySchema.parse(JSON.parse(policyJson));
  const applying = Statement.filter((statement) => applies(statement, access));
  return applying.some(({ Effect }) => Effect === 'Allow') && applying.every(({ Effect }) => Effect === 'Allow');
}

function applies(statement: Statement, access: Access): boolean {
  const principal = statement.Principal === '*' || (statement.Principal.Service?.includes(access.service) ?? false);
  return (
    principal &&
    statement.Action.some((pattern) => like(pattern, access.action)) &&
    statement.Resource.some((pattern) => like(pattern, access.resource)) &&
    Object.entries(statement.Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, wanted, contextValue(access, key))),
    )
  );
}

function holds(operator: string, wanted: readonly string[], value: string | undefined): boolean {
  return value !== undefined && (operator === 'StringEquals' || operator === 'Bool') && wanted.includes(value);
}

/** Condition keys are not case-sensitive. */
function contextValue({ context }: Access, key: string): string | undefined {
  return Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

function like(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
