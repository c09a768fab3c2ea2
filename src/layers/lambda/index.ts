import { inert, type Layer } from '../../stack/layer.js';
import { lambdaApi } from './local/api.js';
import { lambdaFunction } from './local/function.js';
import { initialiseDatabases } from './local/invocation.js';
import { canSleep } from '../../stack/refs.js';
import { files, synth } from './synth.js';

/** Functions and their invocations. */
export const lambda: Layer<'aws_lambda_function' | 'aws_lambda_invocation' | 'aws_lambda_permission'> = {
  name: 'lambda',
  synth,
  files,
  cost: { aws_lambda_function: 'unpriced', aws_lambda_invocation: 'free', aws_lambda_permission: 'free' },
  audit: [],
  scannerSkips: (config) => [
    {
      check: 'CKV_AWS_115',
      reason: 'New accounts have no concurrency to reserve: the deploy would fail. The functions are called seldom.',
    },
    {
      check: 'CKV_AWS_272',
      reason: 'Bundles are made and hashed by the deploy itself; there is no signing profile to demand.',
    },
    ...(config.services.some(canSleep)
      ? [
          {
            check: 'CKV_AWS_117',
            reason: 'The wake-up function talks to AWS APIs alone; it must work while NAT does not.',
          },
        ]
      : []),
  ],
  awsApis: [lambdaApi],
  local: {
    aws_lambda_function: lambdaFunction,
    aws_lambda_invocation: initialiseDatabases,
    aws_lambda_permission: inert('Looked at when a function is registered as a target; not evaluated otherwise.'),
  },
};
