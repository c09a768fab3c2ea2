import { inert, type Layer } from '../../stack/layer.js';

/** Log groups, emitted by the rooms whose logs they hold. */
export const observability: Layer<'aws_cloudwatch_log_group'> = {
  name: 'observability',
  synth: () => ({}),
  cost: { aws_cloudwatch_log_group: 'unpriced' },
  audit: [],
  local: {
    aws_cloudwatch_log_group: inert('Tasks write to files in the plane’s logs folder.', ({ args }, ctx) => ({
      arn: `arn:aws:logs:${ctx.region}:${ctx.accountId}:log-group:${String(args['name'])}`,
      name: args['name'],
    })),
  },
};
