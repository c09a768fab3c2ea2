import { inert, type Layer } from '../../stack/layer.js';
import { synth } from './synth.js';

/** Encryption keys. */
export const kms: Layer<'aws_kms_alias' | 'aws_kms_key'> = {
  name: 'kms',
  synth,
  cost: { aws_kms_alias: 'free', aws_kms_key: 'unpriced' },
  audit: [],
  local: {
    aws_kms_alias: inert('Local files are not encrypted by KMS.'),
    aws_kms_key: inert('Local secrets have a key of their own; other files are not encrypted.', (_resource, ctx) => ({
      key_id: 'local',
      arn: `arn:aws:kms:${ctx.region}:${ctx.accountId}:key/local`,
    })),
  },
};
