import { jsonText, type Expr } from './expr.js';
import type { Refs } from './refs.js';

/**
 * A role's trust policy: one AWS service may take it, for this account alone.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html (not re-read)
 */
export function trust(refs: Refs, service: `${string}.amazonaws.com`): Expr<string> {
  return jsonText({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': refs.accountId } },
      },
    ],
  });
}

/** As `trust`, for services that say nothing of the account when they take a role. */
export function plainTrust(service: `${string}.amazonaws.com`): Expr<string> {
  return jsonText({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });
}
