import type { Config } from '../config/config.js';
import type { Refs } from './refs.js';
import { attr, resource, type Address, type AnyResource } from './stack.js';

/** A log group that is encrypted and keeps its events for a year in production, for 30 days elsewhere. `edge`: in us-east-1. */
export function logGroup(
  config: Config,
  refs: Refs,
  address: Address<'aws_cloudwatch_log_group'>,
  name: string,
  edge = false,
): AnyResource {
  return resource(
    address,
    {
      name,
      retention_in_days: config.production ? 365 : 30,
      kms_key_id: attr(edge ? refs.edgeKey : refs.key, 'arn'),
      tags: { Name: name },
    },
    edge ? { provider: 'us_east_1' } : {},
  );
}
