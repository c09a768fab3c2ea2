import { describe, expect, it } from 'vitest';
import { bucketPolicySchema, compilePolicy, type Access } from './policy.js';

const read = {
  Effect: 'Allow',
  Principal: { Service: 'cloudfront.amazonaws.com' },
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::site/*',
  Condition: { StringEquals: { 'AWS:SourceArn': 'arn:aws:cloudfront::1:distribution/E1' } },
};

const access = (
  changes: Partial<Omit<Access, 'context'>> & { readonly context?: Record<string, string> } = {},
): Access => ({
  service: 'cloudfront.amazonaws.com',
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::site/index.html',
  ...changes,
  context: new Map(
    Object.entries({
      'aws:sourcearn': 'arn:aws:cloudfront::1:distribution/E1',
      'aws:securetransport': 'true',
      ...changes.context,
    }),
  ),
});

const parse = (...statements: object[]) =>
  bucketPolicySchema.safeParse({
    bucket: 'site',
    policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
  });

function allows(statements: readonly object[], asked: Access): boolean {
  const { data, error } = parse(...statements);
  if (data === undefined) throw error;
  return compilePolicy(data)(asked);
}

describe('a bucket policy', () => {
  it('allows what a statement allows, and nothing else', () => {
    expect(allows([read], access())).toBe(true);
    expect(allows([read], access({ service: undefined }))).toBe(false);
    expect(allows([read], access({ action: 's3:PutObject' }))).toBe(false);
    expect(allows([read], access({ resource: 'arn:aws:s3:::other/index.html' }))).toBe(false);
    expect(allows([read], access({ context: { 'aws:sourcearn': 'arn:aws:cloudfront::1:distribution/E2' } }))).toBe(
      false,
    );
    expect(allows([], access())).toBe(false);
  });

  it('lets a denial win', () => {
    const condition = { Bool: { 'aws:SecureTransport': 'false' } };
    const tlsOnly = { ...read, Effect: 'Deny', Principal: '*', Action: 's3:*', Condition: condition };
    expect(allows([read, tlsOnly], access())).toBe(true);
    expect(allows([read, tlsOnly], access({ context: { 'aws:securetransport': 'false' } }))).toBe(false);
  });

  it('is refused when it says what is not understood', () => {
    expect(parse({ ...read, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }).success).toBe(false);
    expect(parse({ ...read, NotAction: 's3:GetObject' }).success).toBe(false);
    expect(bucketPolicySchema.safeParse({ bucket: 'site', policy: '{' }).success).toBe(false);
  });
});
