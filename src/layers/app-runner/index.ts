import { inert, type Layer } from '../../stack/layer.js';
import { nextRuntime } from './local/next-runtime.js';
import { appRunnerService, scalingConfiguration } from './local/service.js';
import { synth } from './synth.js';

/** App Runner: Next.js without a cluster. */
export const appRunner: Layer<
  'aws_apprunner_auto_scaling_configuration_version' | 'aws_apprunner_service' | 'aws_apprunner_vpc_connector'
> = {
  name: 'app-runner',
  synth,
  cost: {
    aws_apprunner_auto_scaling_configuration_version: 'free',
    aws_apprunner_service: 'unpriced',
    aws_apprunner_vpc_connector: 'free',
  },
  audit: [],
  runtimes: { next: nextRuntime },
  local: {
    aws_apprunner_auto_scaling_configuration_version: scalingConfiguration,
    aws_apprunner_service: appRunnerService,
    aws_apprunner_vpc_connector: inert('One machine has one network.'),
  },
};
