import { inert, type Layer } from '../../stack/layer.js';
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
  local: {
    aws_apprunner_auto_scaling_configuration_version: inert('App Runner does not scale locally.'),
    aws_apprunner_service: inert('App Runner services do not run locally yet.', ({ name }) => ({
      service_url: `${name}.apprunner.local`,
    })),
    aws_apprunner_vpc_connector: inert('One machine has one network.'),
  },
};
