import { dataSource } from '../../stack/stack.js';
import { inert, type Layer } from '../../stack/layer.js';

/** Roles and policies: each room emits its own; this one answers for the types, and for who and where the account is. */
export const iam: Layer<
  'aws_iam_role' | 'aws_iam_role_policy' | 'aws_iam_role_policy_attachment',
  'aws_caller_identity' | 'aws_partition'
> = {
  name: 'iam',
  synth: (_config, refs) => ({ data: [dataSource(refs.account, {}), dataSource(refs.partition, {})] }),
  cost: { aws_iam_role: 'free', aws_iam_role_policy: 'free', aws_iam_role_policy_attachment: 'free' },
  audit: [],
  local: {
    aws_iam_role: inert('Local processes run as the user who deploys.', ({ args }, ctx) => ({
      arn: `arn:aws:iam::${ctx.accountId}:role/${String(args['name'])}`,
      id: args['name'],
      name: args['name'],
    })),
    aws_iam_role_policy: inert('Permissions are not evaluated locally.'),
    aws_iam_role_policy_attachment: inert('Permissions are not evaluated locally.'),
  },
  localData: {
    aws_caller_identity: (_source, ctx) => Promise.resolve({ account_id: ctx.accountId }),
    aws_partition: () => Promise.resolve({ partition: 'aws', dns_suffix: 'amazonaws.com' }),
  },
};
