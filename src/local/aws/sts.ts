import type { AwsApi } from '../contract/aws-api.js';

/** Who calls: everyone who has the plane's key is its one user. */
export const sts: AwsApi = {
  service: 'sts',
  operations: {
    GetCallerIdentity: (_input, { ctx: { accountId }, accessKeyId }) =>
      Promise.resolve({ UserId: accessKeyId, Account: accountId, Arn: `arn:aws:iam::${accountId}:user/local-plane` }),
  },
};
