import type { Layer } from '../../stack/layer.js';
import { secretsManager } from './api.js';
import { readRandomPassword, readSecretVersion, secretLocal, secretVersionLocal } from './local.js';
import { synth } from './synth.js';

/** Secrets Manager. */
export const secrets: Layer<
  'aws_secretsmanager_secret' | 'aws_secretsmanager_secret_version',
  'aws_secretsmanager_secret_version',
  'aws_secretsmanager_random_password'
> = {
  name: 'secrets',
  synth,
  cost: { aws_secretsmanager_secret: 'unpriced', aws_secretsmanager_secret_version: 'free' },
  audit: [],
  scannerSkips: () => [
    {
      check: 'CKV2_AWS_57',
      reason: 'landfall secrets:rotate rotates them with an overlap; a timer would break running tasks.',
    },
  ],
  local: { aws_secretsmanager_secret: secretLocal, aws_secretsmanager_secret_version: secretVersionLocal },
  awsApis: [secretsManager],
  localData: { aws_secretsmanager_secret_version: readSecretVersion },
  localEphemeral: { aws_secretsmanager_random_password: readRandomPassword },
};
