import { z } from 'zod';

const list = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value));

const values = z
  .union([z.string(), z.boolean(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [String(value)]));

/** How each operator compares. Others are refused: one that is not understood must not open a bucket. */
const operators = {
  StringEquals: (pattern: string) => (text: string) => pattern === text,
  StringLike: like,
  ArnEquals: like,
  ArnLike: like,
  Bool: (pattern: string) => (text: string) => pattern === text,
} as const satisfies Readonly<Record<string, (pattern: string) => (text: string) => boolean>>;

type Operator = keyof typeof operators;

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*'), z.object({ AWS: list.optional(), Service: list.optional() })]),
  Action: list,
  Resource: list,
  Condition: z.partialRecord(z.enum(Object.keys(operators) as [Operator]), z.record(z.string(), values)).default({}),
});

/** What is read of `aws_s3_bucket_policy`. */
export const bucketPolicySchema = z.object({
  bucket: z.string(),
  policy: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue('A bucket policy is JSON.');
        return z.NEVER;
      }
    })
    .pipe(z.object({ Statement: z.array(statementSchema) })),
});

type Statement = z.infer<typeof statementSchema>;

/** What is asked of a bucket, and by whom. */
export interface Access {
  /** Such as `cloudfront.amazonaws.com`; undefined for anonymous. */
  readonly service: string | undefined;
  readonly action: string;
  readonly resource: string;
  /** Values of condition keys; the keys, such as `AWS:SourceArn`, in lower case. */
  readonly context: ReadonlyMap<string, string>;
}

/** Whether a bucket policy allows an access: some statement allows it and none denies it. */
export type Policy = (access: Access) => boolean;

export const allowsNothing: Policy = () => false;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html (read 2026-11-23) */
export function compilePolicy({ policy: { Statement } }: z.infer<typeof bucketPolicySchema>): Policy {
  const compiled = Statement.map((statement) => ({ effect: statement.Effect, applies: compileStatement(statement) }));
  return (access) => {
    const effects = compiled.filter(({ applies }) => applies(access)).map(({ effect }) => effect);
    return effects.includes('Allow') && !effects.includes('Deny');
  };
}

function compileStatement({ Principal, Action, Resource, Condition }: Statement): Policy {
  const actions = Action.map((pattern) => like(pattern, 'i'));
  const resources = Resource.map((pattern) => like(pattern));
  const conditions = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, wanted]) => ({
      key: key.toLowerCase(),
      // A known operator: the schema has seen to it.
      tests: wanted.map((value) => operators[operator as Operator](value)),
    })),
  );
  return ({ service, action, resource, context }) =>
    (Principal === '*' ||
      Principal.AWS?.includes('*') === true ||
      (service !== undefined && Principal.Service?.includes(service) === true)) &&
    actions.some((test) => test(action)) &&
    resources.some((test) => test(resource)) &&
    conditions.every(({ key, tests }) => {
      const value = context.get(key);
      return value !== undefined && tests.some((test) => test(value));
    });
}

/** `*` is any text, `?` one character. */
function like(pattern: string, flags: 'i' | '' = ''): (text: string) => boolean {
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  const compiled = new RegExp(`^${source}$`, `s${flags}`);
  return (text) => compiled.test(text);
}
